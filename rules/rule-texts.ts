/** What a rule says to people and nothing judges by. It is kept for ever, so its form and size are checked like the rest. */
import { atLeast, type Fields, fields, list, Refused, text } from './catalogue-fields.ts';

/** For people only; the tests run the examples. */
export const RULE_TEXTS = [
  'name',
  'source',
  'confidence',
  'cause',
  'consequence',
  'response',
  'timeToRespondMs',
  'examples',
];
const BILINGUAL = ['name', 'cause', 'consequence', 'response'];
const PLAIN = ['source', 'confidence'];
const CHARACTERS_MAX = 2_000;
const EXAMPLES_MAX = 50;
const EXAMPLE_FIELDS = [
  ...['name', 'kind', 'quantity', 'unit', 'reportIntervalMs', 'attributes', 'points', 'series', 'expect'],
];

/** Refuses texts of another form than Chinese and English of a readable length, a time, and examples. */
export function checkRuleTexts(rule: Fields, where: string): void {
  for (const name of BILINGUAL) {
    if (rule[name] === undefined) continue;
    const both = fields(rule[name], `${where}.${name}`, ['zh', 'en']);
    for (const language of ['zh', 'en']) shortText(both[language], `${where}.${name}.${language}`);
  }
  for (const name of PLAIN) if (rule[name] !== undefined) shortText(rule[name], `${where}.${name}`);
  if (rule['timeToRespondMs'] !== undefined) atLeast(0, rule['timeToRespondMs'], `${where}.timeToRespondMs`);
  const examples = rule['examples'] === undefined ? [] : list(rule['examples'], `${where}.examples`);
  if (examples.length > EXAMPLES_MAX)
    throw new Refused(`${where}.examples: more than ${EXAMPLES_MAX}`, 'too-large');
  examples.forEach((raw, at) => checkExample(raw, `${where}.examples[${at}]`));
}

function checkExample(raw: unknown, where: string): void {
  const example = fields(raw, where, EXAMPLE_FIELDS);
  shortText(example['name'], `${where}.name`);
  for (const name of ['series', 'expect'])
    for (const row of list(example[name], `${where}.${name}`)) list(row, `${where}.${name}`).forEach(plain);
  for (const name of ['kind', 'quantity', 'unit', 'reportIntervalMs']) plain(example[name]);
  Object.values(fields(example['attributes'] ?? {}, `${where}.attributes`, null)).forEach(plain);
  for (const point of list(example['points'] ?? [], `${where}.points`))
    for (const value of Object.values(fields(point, `${where}.points`, null))) {
      if (typeof value === 'object') Object.values(fields(value, `${where}.points`, null)).forEach(plain);
    }

  function plain(value: unknown): void {
    if (typeof value === 'object' && value !== null)
      throw new Refused(`${where}: neither a text nor a number`, 'not-a-text');
    if (typeof value === 'string' && value.length > CHARACTERS_MAX) shortText(value, where);
  }
}

function shortText(raw: unknown, where: string): void {
  if (text(raw, where).length > CHARACTERS_MAX)
    throw new Refused(`${where}: more than ${CHARACTERS_MAX} characters`, 'too-large');
}
