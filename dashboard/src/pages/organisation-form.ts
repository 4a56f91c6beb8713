/** An owner unit (权属单位) under the pen: what is written, and what the server said of it. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { Organisation } from '#domain/registry.ts';
import type { App } from '../context.ts';
import { useProblemWords } from '../forms/problem-words.ts';
import type { DutyConsole } from '../live/console.ts';

/** In the address, in place of an id: a unit that does not exist yet. */
export const NEW = 'new';

type Fields = { id: string; name: string; kind: string; dutyPhone: string };
export type OrganisationForm = {
  /** Null when nothing is chosen. */
  readonly fields: Ref<Fields | null>;
  readonly busy: ShallowRef<boolean>;
  readonly trouble: ShallowRef<string | null>;
  load(id: string | null): void;
  save(): Promise<void>;
  /** True when it is out of use. */
  retire(): Promise<boolean>;
};

export function createOrganisationForm(
  app: App,
  duty: DutyConsole,
  saved: (id: string) => void,
): OrganisationForm {
  const fields = ref<Fields | null>(null);
  const busy = shallowRef(false);
  const trouble = shallowRef<string | null>(null);
  const written = useProblemWords();
  const { organisations } = duty.directory;
  return {
    fields,
    busy,
    trouble,
    load(id) {
      if (fields.value !== null && fields.value.id === id) return;
      trouble.value = null;
      const known = id === null ? undefined : organisations.get(id);
      if (id === NEW) fields.value = { id: '', name: '', kind: '', dutyPhone: '' };
      else fields.value = known === undefined ? null : { ...known };
    },
    async save() {
      if (fields.value === null) return;
      const { id, ...rest } = fields.value;
      const known = organisations.has(id);
      const path = `/organisations${known ? `/${encodeURIComponent(id)}` : ''}`;
      if (await send(known ? 'PATCH' : 'POST', path, known ? rest : { id, ...rest })) {
        const kept: Organisation = { id, ...rest };
        organisations.set(id, kept);
        duty.admit();
        saved(id);
      }
    },
    async retire() {
      const id = fields.value?.id ?? '';
      if (!(await send('POST', `/organisations/${encodeURIComponent(id)}/retire`, {}))) return false;
      organisations.delete(id);
      fields.value = null;
      duty.admit();
      return true;
    },
  };

  async function send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<boolean> {
    busy.value = true;
    const reply = await app.session.call(method, path, body);
    busy.value = false;
    trouble.value = reply.ok ? null : written(reply.problem);
    return reply.ok;
  }
}
