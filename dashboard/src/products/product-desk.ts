/** A mapping form being written: tried on the sample as it stands, saved, retired. */
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { Product } from '#domain/registry.ts';
import type { Call, Problem } from '../api/http.ts';
import { readProduct, tryForm, type Tried } from '../api/products.ts';
import { useProblemWords } from '../forms/problem-words.ts';
import { useText } from '../text/language.ts';
import {
  changeOf,
  draftOf,
  emptyDraft,
  faultsOf,
  formOf,
  type FaultPlace,
  type FormFault,
  type ProductDraft,
} from './product-draft.ts';
import { presetOf, type Preset } from './product-presets.ts';

/** Id of the list of pointers that the sample offers. */
export const POINTERS_LIST = 'sample-pointers';
/** After the last key, so that a trial is of a word and not of each letter. */
const TRY_AFTER_MS = 400;

export type ProductDesk = {
  readonly draft: Ref<ProductDraft>;
  readonly sample: Ref<string>;
  readonly busy: ShallowRef<boolean>;
  /** Somebody else saved it since it was opened. */
  readonly changed: ShallowRef<boolean>;
  readonly tried: ShallowRef<Tried | null>;
  readonly trialTrouble: ShallowRef<string | null>;
  begin(preset: Preset): void;
  /** What is wrong there, in words; null when nothing is known to be. */
  words(place: FaultPlace): string | null;
  save(): Promise<boolean>;
  retire(): Promise<boolean>;
};

export function createProductDesk(call: Call, product: Product | null): ProductDesk {
  const { t, coded } = useText();
  const written = useProblemWords();
  const draft = ref(product === null ? emptyDraft() : draftOf(product));
  const sample = ref('');
  const busy = shallowRef(false);
  const changed = shallowRef(false);
  const faults = shallowRef<readonly FormFault[]>([]);
  const tried = shallowRef<Tried | null>(null);
  const trialTrouble = shallowRef<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let trials = 0;
  watch(
    [draft, sample],
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void attempt(), TRY_AFTER_MS);
    },
    { deep: true },
  );
  onBeforeUnmount(() => clearTimeout(timer));
  return {
    draft,
    sample,
    busy,
    changed,
    tried,
    trialTrouble,
    begin(preset) {
      const { id, name, topic } = draft.value;
      const begun = presetOf(preset);
      draft.value = { ...begun.draft, id, name, topic };
      sample.value = begun.sample;
    },
    words(place) {
      const here = faults.value.filter((fault) => fault.place === place);
      const texts = here.map(({ code, key }) => (key === '' ? '' : `${key}：`) + coded('problem', code));
      return texts.length === 0 ? null : [...new Set(texts)].join('；');
    },
    async save() {
      busy.value = true;
      const problem = await store();
      busy.value = false;
      faults.value = problem === null ? [] : faultsOf(problem);
      return problem === null && !changed.value;
    },
    async retire() {
      if (product === null) return false;
      const reply = await call('POST', `/products/${encodeURIComponent(product.id)}/retire`, {});
      if (!reply.ok) faults.value = faultsOf(reply.problem);
      return reply.ok;
    },
  };

  /** What was changed elsewhere since it was opened is not written over. */
  async function store(): Promise<Problem | null> {
    if (product === null) {
      const reply = await call('POST', '/products', formOf(draft.value));
      return reply.ok ? null : reply.problem;
    }
    const now = await readProduct(call, product.id);
    if ('status' in now) return now;
    changed.value = JSON.stringify(now) !== JSON.stringify(product);
    if (changed.value) return null;
    const reply = await call('PATCH', `/products/${encodeURIComponent(product.id)}`, changeOf(draft.value));
    return reply.ok ? null : reply.problem;
  }

  /** An answer that a newer trial has overtaken is not shown. */
  async function attempt(): Promise<void> {
    const mine = ++trials;
    if (sample.value.trim() === '') {
      tried.value = null;
      faults.value = [];
      return;
    }
    // A trial needs a name and an id; a form that has none yet is tried all the same.
    const form = formOf({ ...draft.value, id: draft.value.id || 'new', name: draft.value.name || 'new' });
    const outcome = await tryForm(call, form, sample.value);
    if (mine !== trials) return;
    const refused = 'status' in outcome ? outcome : null;
    faults.value = refused === null ? [] : faultsOf(refused);
    tried.value = 'status' in outcome ? null : outcome;
    trialTrouble.value =
      refused === null ? null : refused.status === 422 ? t('product.faulty') : written(refused);
  }
}
