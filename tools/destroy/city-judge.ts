/** What a city holds against what it acknowledged and what had to ring: over its API, and in its files when it is down. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { measurementsOf } from '#store/measurement-columns.ts';
import { realDisk } from '#store/real-disk.ts';
import { RecordLog } from '#store/record-log.ts';
import type { Api } from '#test/e2e/api.ts';
import { account, type Account } from './act.ts';
import type { FieldRecord } from './field.ts';

/** An alarm that must be there once: the point, and the colour it rises to. */
export type Expected = { readonly point: string; readonly colour: string };

/** The rule that the expected alarms come of. */
export const RULE = 'gas-well-ch4';
const PAGE_ROWS = 1_000;
/** The measurement store follows the record log; after its disk failed it tries again every two seconds. */
const STORED_MS_MAX = 30_000;
const STORED_POLL_MS = 250;

/** Through the API, as a person would look. */
export async function judgeRunning(
  api: Api,
  records: Iterable<FieldRecord>,
  expected: readonly Expected[],
): Promise<Account> {
  const wanted = new Map<string, FieldRecord[]>();
  for (const record of records) {
    const list = wanted.get(record.device) ?? [];
    wanted.set(record.device, list);
    list.push(record);
  }
  const from = performance.now();
  let found = await countStored(api, wanted);
  while (found.lost > 0 && performance.now() - from < STORED_MS_MAX) {
    await new Promise((resolve) => setTimeout(resolve, STORED_POLL_MS));
    found = await countStored(api, wanted);
  }
  return account({ ...found, ...(await judgeAlarms(api, expected)) });
}

async function countStored(api: Api, wanted: ReadonlyMap<string, readonly FieldRecord[]>) {
  let [acknowledged, lost, doubled] = [0, 0, 0];
  for (const [device, list] of wanted) {
    const from = list.reduce((min, { time }) => Math.min(min, time), Number.POSITIVE_INFINITY);
    const counts = await storedValues(api, `${device}/ch4`, from);
    acknowledged += list.length;
    for (const { value } of list) {
      const count = counts.get(value) ?? 0;
      if (count === 0) lost += 1;
      if (count > 1) doubled += 1;
    }
  }
  return { acknowledged, lost, doubled };
}

async function storedValues(api: Api, point: string, from: number): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const to = Date.now() + 3_600_000;
  for (let at = from; ; ) {
    const path = `/api/v1/points/${encodeURIComponent(point)}/measurements?from=${at}&to=${to}`;
    const { items } = await api.get<{ items: { time: number; value: number }[] }>(path);
    for (const { value } of items) counts.set(value, (counts.get(value) ?? 0) + 1);
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_ROWS) return counts;
    at = last.time + 1;
  }
}

async function judgeAlarms(api: Api, expected: readonly Expected[]) {
  const found = new Map<string, Alarm[]>();
  let cursor = '';
  do {
    const page = await api.get<{ items: Alarm[]; next: string | null }>(
      `/api/v1/alarms?state=all&limit=1000${cursor}`,
    );
    for (const alarm of page.items) {
      if (alarm.point !== null && alarm.rule === RULE)
        found.set(alarm.point, [...(found.get(alarm.point) ?? []), alarm]);
    }
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== '');
  const breaches: string[] = [];
  let [alarmsLost, alarmsDoubled] = [0, 0];
  for (const { point, colour } of expected) {
    const [first, ...more] = found.get(point) ?? [];
    if (first === undefined) alarmsLost += 1;
    else if (first.highestColour !== colour)
      breaches.push(`${point} is ${first.highestColour}, not ${colour}`);
    if (more.length > 0) alarmsDoubled += 1;
  }
  const known = new Set(expected.map(({ point }) => point));
  for (const point of found.keys())
    if (!known.has(point)) breaches.push(`an alarm at ${point}, which reported nothing over its limits`);
  return { alarms: expected.length, alarmsLost, alarmsDoubled, breaches };
}

/** In the files of a platform that has stopped: the record log holds each row once, the ledger each alarm event. */
export function judgeFiles(directory: string, records: Iterable<FieldRecord>): string[] {
  return [...recordLogBreaches(join(directory, 'records'), records), ...ledgerBreaches(directory)];
}

/** A row of the store is written twice without harm; in the record log a second one would be a record judged twice. */
function recordLogBreaches(directory: string, records: Iterable<FieldRecord>): string[] {
  const log = new RecordLog(realDisk(), { directory, drawSalt: () => Date.now() });
  const counts = new Map<string, number>();
  for (const { rows } of log.rows(log.start - 1)) {
    for (const { deviceTime, value, pointIndex } of measurementsOf(rows)) {
      const key = `${pointIndex} ${deviceTime} ${value}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const isWhole = log.start === 1;
  log.close();
  const twice = [...counts].filter(([, count]) => count > 1).length;
  const held = new Set([...counts.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  const missing = [...records].filter(({ time, value }) => !held.has(`${time} ${value}`)).length;
  return [
    ...(twice > 0 ? [`${twice} rows stand twice in the record log`] : []),
    ...(isWhole && missing > 0 ? [`${missing} acknowledged records are not in the record log`] : []),
  ];
}

function ledgerBreaches(directory: string): string[] {
  const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  const rows = db.prepare('SELECT document FROM alarm_events WHERE sequence IS NOT NULL ORDER BY sequence');
  const events = rows.all().map(({ document }) => JSON.parse(String(document)) as AlarmEvent);
  db.close();
  const hole = events.findIndex(({ sequence }, index) => sequence !== index + 1);
  const raised = new Map<string, number>();
  for (const { change, alarm } of events)
    if (change === 'raised') raised.set(alarm.id, (raised.get(alarm.id) ?? 0) + 1);
  const twice = [...raised.values()].filter((count) => count > 1).length;
  return [
    ...(hole >= 0 ? [`alarm event ${hole + 1} of the ledger has sequence ${events[hole]?.sequence}`] : []),
    ...(twice > 0 ? [`${twice} alarms were raised twice`] : []),
  ];
}
