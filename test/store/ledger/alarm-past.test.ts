/** The past of the ledger held against its own event log: whatever happened, a past second is what the log says. */
import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmChange, AlarmEvent } from '#domain/alarm.ts';
import { seededRandom } from '#firmware-sim/random.ts';
import { BETWEEN, CANDIDATES } from '#store/ledger/alarm-past.ts';
import { openMemoryDatabase } from '#store/ledger/database.ts';
import { Ledger, memoryLedger } from '#store/ledger/ledger.ts';
import { ALARM_PAST_SCHEMA } from '#store/ledger/schema-0010.ts';
import { alarmEvent, NOON } from './events.ts';

const DAY_MS = 86_400_000;
const SPAN_MS = 12 * DAY_MS;

/** What may follow in an alarm's life, and what it makes of it. */
const STEPS: readonly (readonly [AlarmChange, Partial<Alarm>])[] = [
  ['acknowledged', { state: 'acknowledged' }],
  ['colour', { colour: 'red', highestColour: 'red' }],
  ['note', {}],
  ['returned', { active: false, state: 'returned-unacknowledged' }],
  ['shelved', { suppression: 'shelved' }],
  ['normal', { active: false, state: 'normal' }],
  ['normal', { active: false, state: 'normal' }],
  ['withdrawn', { withdrawn: true }],
  ['reactivated', { active: true, state: 'unacknowledged' }],
  ['verdict', { verdict: 'false-alarm' }],
];

/** Some hundred alarms over twelve days; the clock is set back now and then, and back-fills bring historical ones. */
function randomHistory(seed: number): AlarmEvent[] {
  const random = seededRandom(seed);
  const alive: Alarm[] = [];
  const events: AlarmEvent[] = [];
  let at = NOON;
  for (let sequence = 1; sequence <= 600; sequence++) {
    at += random.below(SPAN_MS / 300) - (random.below(20) === 0 ? 3 * 3_600_000 : 0);
    const fresh = alive.length === 0 || random.below(4) === 0;
    const [change, fields] = STEPS[random.below(STEPS.length)] ?? ['note', {}];
    const made = { id: `alarm-${alive.length}`, onsetAt: at, historical: random.below(10) === 0 };
    const chosen = random.below(Math.max(1, alive.length));
    const event = fresh
      ? alarmEvent(sequence, made)
      : alarmEvent(sequence, { ...alive[chosen], ...fields, sequence }, change);
    if (fresh) alive.push(event.alarm);
    else alive[chosen] = event.alarm;
    events.push({ ...event, at });
  }
  return events;
}

/** The plainest reading of the log. */
function openByLog(events: readonly AlarmEvent[], at: number): Alarm[] {
  const last = new Map<string, Alarm>();
  for (const event of events) if (event.at <= at) last.set(event.alarm.id, event.alarm);
  return [...last.values()]
    .filter((alarm) => alarm.state !== 'normal' && !alarm.historical && alarm.withdrawn !== true)
    .sort(byId);
}
const byId = (a: Alarm, b: Alarm): number => (a.id < b.id ? -1 : 1);

const fill = (ledger: Ledger, events: readonly AlarmEvent[]): void =>
  ledger.apply(
    events.map((event, at) => ({ position: at + 1, index: 0, event })),
    events.length,
  );
const moments = (events: readonly AlarmEvent[], seed: number): number[] => {
  const random = seededRandom(seed);
  const exact = events.filter((_, i) => i % 7 === 0).flatMap(({ at }) => [at - 1, at]);
  return [...exact, ...Array.from({ length: 100 }, () => NOON - DAY_MS + random.below(SPAN_MS + 2 * DAY_MS))];
};

describe('a past second', () => {
  for (const seed of [1, 7, 20_251_122]) {
    it(`equals the event log (seed ${seed})`, () => {
      const events = randomHistory(seed);
      const ledger = memoryLedger();
      fill(ledger, events);
      let open = 0;
      for (const at of moments(events, seed + 1)) {
        const { alarms, through } = ledger.alarmsAt(at);
        expect([...alarms].sort(byId), `at ${at}`).toEqual(openByLog(events, at));
        expect(through).toBe(600);
        open += alarms.length;
      }
      expect(open).toBeGreaterThan(1_000);
      ledger.close();
    });
  }

  it('is found the same in a ledger of before, once it is brought up to date', () => {
    const events = randomHistory(3);
    const db = openMemoryDatabase();
    const ledger = new Ledger(db);
    fill(ledger, events);
    db.exec('DROP TABLE alarm_spans; DROP TABLE alarm_days; DROP INDEX alarms_by_point');
    db.exec(ALARM_PAST_SCHEMA);
    const again = new Ledger(db);
    for (const at of moments(events, 4))
      expect([...again.alarmsAt(at).alarms].sort(byId)).toEqual(openByLog(events, at));
    db.close();
  });

  it('reads the alarms of its day, not the ledger’s history', () => {
    const db = openMemoryDatabase();
    const ledger = new Ledger(db);
    for (let i = 0; i < 400; i++) {
      const at = NOON + i * DAY_MS;
      const raised = { ...alarmEvent(2 * i + 1, { id: `old-${i}` }), at };
      const over = {
        ...alarmEvent(2 * i + 2, { id: `old-${i}`, state: 'normal' }, 'normal'),
        at: at + 3_600_000,
      };
      ledger.apply(
        [raised, over].map((event, index) => ({ position: i + 1, index, event })),
        i + 1,
      );
    }
    const asked = db.prepare(CANDIDATES).all(Math.floor((NOON + 9 * DAY_MS) / DAY_MS), NOON + 9 * DAY_MS);
    expect(asked).toEqual([{ alarm: 'old-9' }]);
    expect(planOf(db, CANDIDATES)).not.toMatch(/SCAN alarm_days/);
    expect(planOf(db, BETWEEN)).toMatch(/SEARCH alarm_events USING INDEX alarm_events_by_time/);
    db.close();
  });

  it('lists its events page by page, each once, by time', () => {
    const events = randomHistory(5);
    const ledger = memoryLedger();
    fill(ledger, events);
    const from = NOON + DAY_MS;
    const to = NOON + 8 * DAY_MS;
    const listed: number[] = [];
    let after: { at: number; position: number; index: number } | null = null;
    for (;;) {
      const { items } = ledger.alarmEventsBetween(from, to, after, 17);
      listed.push(...items.map(({ event }) => event.sequence));
      after = items.at(-1)?.place ?? null;
      if (after === null) break;
    }
    const expected = events
      .filter(({ at }) => at >= from && at < to)
      .sort((a, b) => a.at - b.at || a.sequence - b.sequence);
    expect(expected.length).toBeGreaterThan(100);
    expect(listed).toEqual(expected.map(({ sequence }) => sequence));
    ledger.close();
  });
});

const planOf = (db: DatabaseSync, sql: string): string =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row['detail']))
    .join('\n');
