/** Every catalogue that was ever in force, whole and for ever, with who put it there and why. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RuleContent, RuleDocument, RuleVersion, RuleVersionEvent } from '#domain/rule-book.ts';
import type { RuleStep } from '#domain/contract/ledger.ts';
import { canonicalJson } from './canonical-json.ts';
import { LEDGER_FILE, textOf, wholeMs, type Row } from './database.ts';

/** What of the catalogue people publish, as it is in force by the ledger in `directory`; null before the first version. */
export function ruleContentFromLedger(directory: string): RuleContent | null {
  const database = new DatabaseSync(join(directory, LEDGER_FILE), { readOnly: true });
  try {
    const newest = 'SELECT content FROM rule_versions ORDER BY number DESC LIMIT 1';
    const row = database.prepare(newest).get();
    return row === undefined ? null : JSON.parse(textOf(row, 'content'));
  } finally {
    database.close();
  }
}

export function ruleVersionTable(db: DatabaseSync) {
  const insert = db.prepare('INSERT INTO rule_versions (number, at, version, content) VALUES (?, ?, ?, ?)');
  const one = db.prepare('SELECT content FROM rule_versions WHERE number = ?');
  const steps = db.prepare(
    `SELECT version, (SELECT value FROM json_each(content, '$.rules') WHERE value ->> '$.id' = ?1) AS rule
     FROM rule_versions WHERE EXISTS
       (SELECT 1 FROM json_each(version, '$.rulesChanged') WHERE value = ?1) ORDER BY number`,
  );

  const apply = ({ at, version, content }: RuleVersionEvent): void =>
    void insert.run(version.number, wholeMs(at), canonicalJson(version), canonicalJson(content));

  function content(number: number): RuleContent | null {
    const row = one.get(number);
    return row === undefined ? null : JSON.parse(textOf(row, 'content'));
  }

  return { apply, content, steps: (rule: string): RuleStep[] => steps.all(rule).map(stepOf) };
}

/** Documents are ours, written whole from these types and never edited. */
function stepOf(row: Row): RuleStep {
  const version: RuleVersion = JSON.parse(textOf(row, 'version'));
  const rule: RuleDocument | null = row['rule'] === null ? null : JSON.parse(textOf(row, 'rule'));
  return { version, rule };
}
