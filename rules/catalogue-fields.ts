/** Readers of one field each; whatever is not as it must be throws Refused with the place. */
import { COLOURS, type Colour } from '#domain/colour.ts';

/** The catalogue is not taken; the message names the place and what is wrong there. */
export class Refused extends Error {
  /** Stable; `not-allowed` where no finer word says it. */
  readonly code: FaultCode;

  constructor(message: string, code: FaultCode = 'not-allowed') {
    super(message);
    this.code = code;
  }
}

export type FaultCode =
  | 'not-allowed'
  | 'not-an-object'
  | 'unknown-field'
  | 'not-a-list'
  | 'not-a-text'
  | 'not-a-number'
  | 'too-small'
  | 'not-true-or-false'
  | 'unknown-word'
  | 'stands-twice'
  | 'too-large'
  | 'too-deep'
  | 'bad-condition';

export type Fields = Readonly<Record<string, unknown>>;

/** An object with no field but `known`; null = any. */
export function fields(raw: unknown, where: string, known: readonly string[] | null): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Refused(`${where}: not an object`, 'not-an-object');
  const entries = Object.entries(raw);
  const stranger = known === null ? undefined : entries.find(([name]) => !known.includes(name));
  if (stranger !== undefined) throw new Refused(`${where}.${stranger[0]}: unknown field`, 'unknown-field');
  return Object.fromEntries(entries);
}

/** A list of anything. */
export function list(raw: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw new Refused(`${where}: not a list`, 'not-a-list');
  return raw;
}

/** A text that is not empty. */
export function text(raw: unknown, where: string): string {
  if (typeof raw !== 'string' || raw === '') throw new Refused(`${where}: not a text`, 'not-a-text');
  return raw;
}

/** Any number. */
export function finite(raw: unknown, where: string): number {
  if (typeof raw !== 'number' || !Number.isFinite(raw))
    throw new Refused(`${where}: not a number`, 'not-a-number');
  return raw;
}

/** A number not below `least`. */
export function atLeast(least: number, raw: unknown, where: string): number {
  const value = finite(raw, where);
  if (value < least) throw new Refused(`${where}: below ${least}`, 'too-small');
  return value;
}

/** True or false. */
export function flag(raw: unknown, where: string): boolean {
  if (typeof raw !== 'boolean') throw new Refused(`${where}: not true or false`, 'not-true-or-false');
  return raw;
}

/** One of the words allowed. */
export function word<T extends string>(allowed: readonly T[], raw: unknown, where: string): T {
  const found = allowed.find((candidate) => candidate === raw);
  if (found === undefined) throw new Refused(`${where}: none of ${allowed.join(', ')}`, 'unknown-word');
  return found;
}

/** One of the four colours. */
export const colour = (raw: unknown, where: string): Colour => word(COLOURS, raw, where);

/** Refuses a name that stands twice. */
export function unique(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Refused(`${twice}: stands twice`, 'stands-twice');
}
