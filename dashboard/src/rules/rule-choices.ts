/** The lists that fields of rules choose from. */
import { computed, inject, type InjectionKey, type Ref } from 'vue';
import { EDGE_KINDS, FACILITY_KINDS, QUANTITIES } from '#domain/catalogue.ts';
import type { FieldShape } from '#domain/rule-form.ts';
import { useText } from '../text/language.ts';
import { useRuleWords } from './rule-words.ts';

/** Rules and seasons of the catalogue the draft makes. */
export type RuleSurroundings = {
  readonly rules: readonly { readonly id: string; readonly name: string }[];
  readonly seasons: readonly string[];
};
export const RULE_SURROUNDINGS: InjectionKey<Ref<RuleSurroundings>> = Symbol('rule surroundings');

export type Choice = { readonly id: string; readonly name: string };

const LISTS = { quantities: QUANTITIES, kinds: FACILITY_KINDS, edgeKinds: EDGE_KINDS } as const;
/** Units that the catalogue's quantities are measured in, and those written beside them. */
const UNITS = [
  ...new Set([...QUANTITIES.map(({ unit }) => unit), '%{LEL}', '[ppm]', 'kPa', 'MPa', 'cm', 'm', 'K']),
];

export function useRuleChoices() {
  const words = useRuleWords();
  const { coded } = useText();
  const around = inject(RULE_SURROUNDINGS);
  const seasons = computed(() => around?.value.seasons ?? []);
  return (shape: FieldShape): readonly Choice[] => {
    if (shape.is === 'many') return LISTS[shape.from].map(({ id }) => ({ id, name: words.called(id) }));
    if (shape.is !== 'one') return [];
    if (shape.from === 'units') return UNITS.map((id) => ({ id, name: id }));
    if (shape.from === 'seasons') return seasons.value.map((id) => ({ id, name: coded('ruleSeason', id) }));
    return around?.value.rules ?? [];
  };
}
