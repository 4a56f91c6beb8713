/** docs/catalogue.md says what the rule files say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCatalogue } from '#tools/catalogue-table.ts';
import { needsOf, ruleFiles } from '#tools/rule-files.ts';
import { quantityOf } from '#domain/catalogue.ts';
import attributes from '../../tools/catalogue-attributes.json' with { type: 'json' };

describe('docs/catalogue.md', () => {
  it('has the tables of the rules as they are now (else: npm run catalogue)', () => {
    expect(readFileSync(new URL('../../docs/catalogue.md', import.meta.url), 'utf8')).toBe(renderCatalogue());
  });

  it('names only quantities that can be registered, and says what each attribute means', () => {
    const known = attributes.map(({ id }) => id);
    for (const need of ruleFiles().flatMap(needsOf)) {
      expect(quantityOf(need.quantity), need.quantity).toBeDefined();
      for (const attribute of need.attributes) expect(known).toContain(attribute);
    }
  });
});
