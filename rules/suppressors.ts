/**
 * What suppresses by design beside a person's maintenance window: another alarm that a rule names as its parent, and
 * interlocks, conditions that are no alarm themselves (a valve that is closed). Both are kept here by place while they
 * hold. An interlock holds only while its sensor speaks: a parent that falls silent is itself an alarm that people see,
 * a silent interlock would hide others and nobody would know.
 */
import type { Alarm, SuppressionDetail } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import { type ParentPlace, PLACES, type Suppression } from './suppression-rules.ts';

/** One alarm or condition that holds, and since when (wall clock). `alarm` is null for an interlock. */
export type Suppressor = {
  readonly kind: 'parent' | 'interlock';
  readonly rule: string;
  readonly alarm: string | null;
  readonly point: string | null;
  readonly since: Timestamp;
};

/** By rule and place, then by whose it is: plain data, part of every snapshot. */
export type Suppressors = Map<string, Map<string, Suppressor>>;

/** Where an alarm or a condition is. */
export type Places = Pick<Alarm, ParentPlace>;

/** Notes that `who` holds at its places or does so no more, for the rules that ask; true when that is news. */
export function setSuppressor(
  known: Suppressors,
  rules: Suppression,
  at: Places,
  who: Suppressor,
  holds: boolean,
): boolean {
  let news = false;
  for (const place of rules.placesOf.get(who.rule) ?? []) {
    const id = at[place];
    if (id === null) continue;
    const key = keyOf(who.rule, place, id);
    const here = known.get(key);
    const name = `${who.kind} ${who.alarm ?? who.point ?? ''}`;
    if (holds === (here?.has(name) ?? false)) continue;
    news = true;
    if (!holds) here?.delete(name);
    else if (here === undefined) known.set(key, new Map([[name, who]]));
    else here.set(name, who);
    if (!holds && here?.size === 0) known.delete(key);
  }
  return news;
}

/** What suppresses `alarm` by design now, for rules that name a parent or an interlock. */
export function suppressedBy(
  known: Suppressors,
  rules: Suppression,
  alarm: Places & Pick<Alarm, 'rule'>,
): SuppressionDetail[] {
  const found: SuppressionDetail[] = [];
  if (known.size === 0) return found;
  for (const { rule, at } of rules.parentsOf.get(alarm.rule) ?? []) {
    const id = alarm[at];
    if (id === null) continue;
    for (const { kind, since, alarm: by, point } of known.get(keyOf(rule, at, id))?.values() ?? [])
      found.push({
        kind: 'suppressed-by-design',
        by: rule,
        reason: kind,
        since,
        until: null,
        cause: { kind, alarm: by, point },
      });
  }
  return found;
}

/** Whether `child` stands where `parent` would suppress it. */
export const isUnder = (rules: Suppression, rule: string, parent: Places, child: Alarm): boolean =>
  (rules.parentsOf.get(child.rule) ?? []).some(
    (one) => one.rule === rule && parent[one.at] !== null && parent[one.at] === child[one.at],
  );

/** Forgets what no rule asks for any more. */
export function dropUnasked(known: Suppressors, rules: Suppression): void {
  const asked = new Set(
    [...rules.placesOf].flatMap(([rule, places]) => [...places].map((at) => `${rule}|${at}`)),
  );
  for (const key of known.keys()) if (!asked.has(key.slice(0, key.lastIndexOf('|')))) known.delete(key);
}

const NOWHERE: Places = { point: null, device: null, facility: null, gateway: null };

/** Takes interlocks off the places where their point is no more; null = there is no such point. Returns those places. */
export function dropMoved(
  known: Suppressors,
  placesOf: (point: string) => Places | null,
): { readonly rule: string; readonly at: Places }[] {
  const left: { rule: string; at: Places }[] = [];
  for (const [key, here] of known)
    for (const [name, { kind, rule, point }] of here) {
      if (kind !== 'interlock' || point === null) continue;
      const places = placesOf(point);
      const place = PLACES.find((one) => key.startsWith(keyOf(rule, one, '')));
      if (place === undefined) continue;
      const id = key.slice(keyOf(rule, place, '').length);
      if (places?.[place] === id) continue;
      here.delete(name);
      if (here.size === 0) known.delete(key);
      left.push({ rule, at: { ...NOWHERE, [place]: id } });
    }
  return left;
}

const keyOf = (rule: string, place: ParentPlace, id: string): string => `${rule}|${place}|${id}`;
