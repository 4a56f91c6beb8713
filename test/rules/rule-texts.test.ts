/** What a rule says to people is kept for ever: it has a form and a size, like what it judges by. */
import { describe, expect, it } from 'vitest';
import { parseCatalogue } from '#rules/engine.ts';
import { SHIPPED_RULES, SHIPPED_SYSTEM } from '#rules/shipped.ts';

const well = SHIPPED_RULES.find(({ id }) => id === 'gas-well-ch4');
const [example] = well?.examples ?? [];
const parsed = (texts: object) =>
  parseCatalogue({ format: 1, rules: [{ ...well, ...texts }], system: SHIPPED_SYSTEM }, 'texts');
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('the texts of a rule', () => {
  it('may all be left out', () => {
    const { id, version, binds, signal, side, unit, levels } = Object(well);
    const bare = { id, version, binds, signal, side, unit, levels };
    const settings = { seasons: {} };
    expect(parseCatalogue({ format: 1, settings, rules: [bare], system: [] }, '').ok).toBe(true);
  });

  it.each([
    ['a list for a name', { name: [] }, 'not-an-object'],
    ['a name in one language', { name: { en: 'well' } }, 'not-a-text'],
    ['a name in a third language', { name: { zh: '井', en: 'well', fr: 'puits' } }, 'unknown-field'],
    ['a cause longer than a page', { cause: { zh: '因', en: 'x'.repeat(2_001) } }, 'too-large'],
    ['a source that is a number', { source: 7 }, 'not-a-text'],
    ['a time to respond that is a text', { timeToRespondMs: 'soon' }, 'not-a-number'],
    ['examples that are no list', { examples: {} }, 'not-a-list'],
    ['more examples than anybody reads', { examples: Array(51).fill(example) }, 'too-large'],
    ['an example with a field of its own', { examples: [{ ...example, more: 1 }] }, 'unknown-field'],
    ['lists within the series of an example', { examples: [{ ...example, series: [[[1]]] }] }, 'not-a-text'],
    ['an object for the unit of an example', { examples: [{ ...example, unit: {} }] }, 'not-a-text'],
    ['anything nested without end', { response: nested(2_500) }, 'too-deep'],
  ])('%s: refused', (_what, texts, code) => {
    expect(parsed(texts)).toMatchObject({ ok: false, code });
  });
});
