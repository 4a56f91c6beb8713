/**
 * Who and what the alarms' ids stand for. Organisations, areas and facilities are read in the background after log-in;
 * what is missing (registered later, or beyond the first many) is asked for once, when somebody looks at it.
 */
import type { Area, Device, Facility, Organisation, Point } from '#domain/registry.ts';
import { isRecord, listAll, type Call } from './http.ts';

/** Beyond so many facilities the rest is asked for one by one. */
const LIST_MAX = 20_000;
/** One-by-one questions at a time; a storm of unknown ids must not crowd out the officer's own calls. */
const ASKING_MAX = 4;

export type Directory = {
  readonly facilities: Map<string, Facility>;
  readonly organisations: Map<string, Organisation>;
  readonly areas: Map<string, Area>;
  /** Names of people by their log-in names, where they have one. */
  readonly people: Map<string, string>;
  readonly points: Map<string, PointFacts>;
  readonly devices: Map<string, Device>;
  load(): Promise<void>;
  /** Asks for one thing unless it is known or was asked for already. */
  want(kind: Wanted, id: string): void;
};
type Wanted = 'facilities' | 'points' | 'devices';
/** `index` is the point's permanent number, when the server tells it. */
export type PointFacts = Point & { readonly index?: number };

/** `reads` = this person sees the city at all: whoever only gives rights reads areas and units alone. */
export function createDirectory(call: Call, changed: () => void, reads: () => boolean): Directory {
  const facilities = new Map<string, Facility>();
  const organisations = new Map<string, Organisation>();
  const areas = new Map<string, Area>();
  const people = new Map<string, string>();
  const points = new Map<string, PointFacts>();
  const devices = new Map<string, Device>();
  const known = { facilities, points, devices };
  const asked = new Set<string>();
  const queue: { kind: Wanted; id: string }[] = [];
  let asking = 0;

  return {
    facilities,
    organisations,
    areas,
    people,
    points,
    devices,
    async load() {
      await fill(organisations, isOrganisation, '/organisations');
      await fill(areas, isArea, '/areas');
      if (!reads()) return;
      await name();
      await fill(facilities, isFacility, '/facilities');
    },
    want(kind, id) {
      const key = `${kind}/${id}`;
      if (asked.has(key) || known[kind].has(id)) return;
      asked.add(key);
      queue.push({ kind, id });
      askNext();
    },
  };

  async function fill<T extends { id: string }>(
    into: Map<string, T>,
    is: (value: unknown) => value is T,
    path: string,
  ): Promise<void> {
    const items = await listAll(call, `${path}?limit=1000`, LIST_MAX);
    if (!Array.isArray(items)) return;
    for (const item of items) if (is(item)) into.set(item.id, item);
    changed();
  }

  async function name(): Promise<void> {
    const items = await listAll(call, '/people', LIST_MAX);
    for (const item of Array.isArray(items) ? items : []) {
      const { username, name: called } = isRecord(item) ? item : {};
      if (typeof username === 'string' && typeof called === 'string') people.set(username, called);
    }
    changed();
  }

  function askNext(): void {
    const next = asking < ASKING_MAX ? queue.shift() : undefined;
    if (next === undefined) return;
    asking++;
    void call('GET', `/${next.kind}/${encodeURIComponent(next.id)}`).then((reply) => {
      asking--;
      if (!reply.ok) {
        // Unreachable now is not unknown for ever; a refusal (404 outside the scope) is.
        if (reply.problem.status === 0 || reply.problem.status >= 500)
          asked.delete(`${next.kind}/${next.id}`);
      } else if (next.kind === 'points' && isPoint(reply.body)) points.set(reply.body.id, reply.body);
      else if (next.kind === 'facilities' && isFacility(reply.body))
        facilities.set(reply.body.id, reply.body);
      else if (next.kind === 'devices' && isDevice(reply.body)) devices.set(reply.body.id, reply.body);
      changed();
      askNext();
    });
  }
}

const hasId = (value: unknown): value is Record<string, unknown> & { id: string } =>
  isRecord(value) && typeof value['id'] === 'string';
const isOrganisation = (value: unknown): value is Organisation =>
  hasId(value) && typeof value['name'] === 'string';
const isArea = (value: unknown): value is Area => hasId(value) && typeof value['name'] === 'string';
const isFacility = (value: unknown): value is Facility =>
  hasId(value) && typeof value['name'] === 'string' && typeof value['kind'] === 'string';
const isDevice = (value: unknown): value is Device => hasId(value) && typeof value['facility'] === 'string';
const isPoint = (value: unknown): value is PointFacts =>
  hasId(value) && typeof value['quantity'] === 'string' && typeof value['unit'] === 'string';
