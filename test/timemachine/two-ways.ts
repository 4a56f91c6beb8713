/** The same samples twice: through the fold as they come in, and out of the store into a back-test. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { worseColour } from '#domain/colour.ts';
import type { BacktestEpisode } from '#domain/contract/backtest.ts';
import type { AlarmAction, Input, Journaled } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { RegistryItem } from '#domain/registry.ts';
import { byOnset } from '#rules/backtest.ts';
import { alarmById, shippedCatalogue } from '#rules/engine.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { type City, createCity } from '../../city/city.ts';
import { emptyOutput, fold } from '../../city/fold.ts';
import { judgeShare } from '../../platform/backtest-share.ts';
import type { SetPoint } from './recorded-sets.ts';

const DAY = 86_400_000;
const LEFT_OUT = new Set(['no-data', 'sensor-lost', 'gateway-absent']);
const OFFICER = { username: 'officer', roles: ['duty-leader'], address: 'test' } as const;

export type TwoWays = {
  readonly live: readonly BacktestEpisode[];
  readonly judged: readonly BacktestEpisode[];
  readonly rows: number;
};

/** `directory` is empty. */
export function bothWays(directory: string, points: readonly SetPoint[]): TwoWays {
  const rounds = roundsOf(points);
  const [first, last] = [rounds[0]?.time ?? 0, rounds.at(-1)?.time ?? 0];
  const city = createCity('heze');
  const run = createRun(city, first - 1_000);
  run.take({ kind: 'catalogue', ...shippedCatalogue() }, first - 1_000);
  const change = { items: itemsOf(points) };
  run.take({ kind: 'command', command: 'registry', by: OFFICER, change }, first - 1_000);
  if (city.registry.pointsByIndex.length !== points.length) throw new Error('not every point is registered');
  // Connected throughout: connections are not part of what is stored.
  const box = { gateway: 'GW-1', client: 'box', connected: true, connections: 1, address: '' };
  run.take({ kind: 'presence', ...box }, first - 1_000);
  for (const { time, records } of rounds) run.publish(time, records);
  const end = last + DAY;
  run.take({ kind: 'tick' }, end);
  store(directory, run.rows);
  const { before, rows } = judgeShare(
    {
      ...{ measurements: directory, site: 'heze', registry: city.registry, facilities: null },
      ...{ before: shippedCatalogue(), after: shippedCatalogue() },
      ...{ from: first, to: last + 1, lookBackMs: 1_000, labels: [], shiftMs: DAY, listedMax: 0 },
    },
    { index: 0, of: 1 },
  );
  return { live: run.episodes(), judged: [...before].sort(byOnset), rows };
}

function createRun(city: City, start: number) {
  const rows: Measurement[] = [];
  const open = new Map<string, BacktestEpisode>();
  const done: BacktestEpisode[] = [];
  let due: Alarm[] = [];

  function take(input: Input, time: number): void {
    const at = { position: city.position + 1, receivedAt: time, engineTime: time - start };
    const out = emptyOutput();
    fold(city, { ...input, ...at } as Journaled<Input>, out);
    rows.push(...out.rows);
    for (const event of out.events) if (event.kind === 'alarm') note(event);
    while (due.length > 0) officerActs(time);
  }

  function officerActs(time: number): void {
    const waiting = due;
    due = [];
    for (const alarm of waiting) {
      const now = alarmById(city.rules, alarm.id);
      const action = now === undefined ? null : actionFor(now);
      if (now === undefined || action === null) continue;
      const { id, revision } = now;
      take({ kind: 'command', command: 'alarm', by: OFFICER, alarm: id, revision, action }, time);
    }
  }

  function note({ change, alarm }: AlarmEvent): void {
    if (alarm.point === null || LEFT_OUT.has(alarm.rule)) return;
    if (alarm.historical) throw new Error('nothing of this came late');
    const known = open.get(alarm.id);
    if (known === undefined && alarm.active) open.set(alarm.id, episodeOf(alarm));
    if (known !== undefined) {
      const returnedAt = known.returnedAt ?? (alarm.active ? null : alarm.returnedAt);
      const grown = { ...known, colour: worseColour(known.colour, alarm.colour), returnedAt };
      open.set(alarm.id, grown);
      if (alarm.state === 'normal' || change === 'reactivated') {
        done.push(grown);
        open.delete(alarm.id);
        if (alarm.active) open.set(alarm.id, episodeOf(alarm));
      }
    }
    if (alarm.state !== 'normal') due.push(alarm);
  }

  return {
    rows,
    take,
    publish(time: number, records: readonly unknown[]): void {
      const payload = new TextEncoder().encode(JSON.stringify(records));
      const of = { gateway: 'GW-1', client: 'box', topic: 'lifeline/v1/GW-1/telemetry' };
      take({ kind: 'publish', ...of, payload, qos: 1, dup: false, packetId: 1 }, time);
    },
    episodes: () => [...done, ...open.values()].sort(byOnset),
  };
}

function actionFor(alarm: Alarm): AlarmAction | null {
  if (alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged')
    return { action: 'acknowledge' };
  return alarm.latched && alarm.state === 'acknowledged' && !alarm.active ? { action: 'reset' } : null;
}

const episodeOf = (alarm: Alarm): BacktestEpisode => ({
  ...{ rule: alarm.rule, ruleVersion: alarm.ruleVersion, point: alarm.point, facility: alarm.facility },
  ...{ limit: alarm.limit, colour: alarm.colour, onsetAt: alarm.onsetAt, returnedAt: null },
  ...{ value: alarm.value, limitValue: alarm.limitValue, unit: alarm.unit },
});

/** One publish for each instant. */
function roundsOf(points: readonly SetPoint[]): { time: number; records: unknown[] }[] {
  const byTime = new Map<number, unknown[]>();
  points.forEach(({ samples }, index) => {
    samples.forEach(({ time, value }, seq) => {
      const records = byTime.get(time) ?? [];
      byTime.set(time, records);
      records.push({
        ...{ device: `D-${index}`, time, seq: seq + 1 },
        values: { v: Number.isNaN(value) ? null : value },
      });
    });
  });
  return [...byTime].map(([time, records]) => ({ time, records })).sort((a, b) => a.time - b.time);
}

/** As the platform stores it: the hours behind what was written are sealed, here a month at a time. */
function store(directory: string, rows: readonly Measurement[]): void {
  const kept = openEmbeddedStore(directory);
  let position = 0;
  let from = 0;
  while (from < rows.length) {
    const end = (rows[from]?.time ?? 0) + 30 * DAY;
    let to = from;
    while (to < rows.length && (rows[to]?.time ?? 0) < end) to += 1;
    kept.write(columnsOf(rows.slice(from, to)), (position += 1));
    kept.maintain(end + DAY);
    from = to;
  }
  const end = (rows.at(-1)?.time ?? 0) + 2 * DAY;
  for (let look = 0; look < 200 && kept.openRows() > 0; look += 1) kept.maintain(end + look * 600_000);
  kept.close();
}

function itemsOf(points: readonly SetPoint[]): RegistryItem[] {
  const gateway = { id: 'GW-1', name: 'GW-1', session: 'always-on', secretHmac: 'a'.repeat(64) };
  const items: RegistryItem[] = [{ op: 'create', kind: 'gateways', value: gateway }];
  const facilities = new Set<string>();
  points.forEach(({ kind, quantity, unit, intervalMs, limits }, index) => {
    if (!facilities.has(kind)) {
      const location = { lat: 35.2, lon: 115.4 };
      const value = { id: kind, name: kind, kind, lifeline: 'gas', area: '371702', location };
      items.push({ op: 'create', kind: 'facilities', value });
      facilities.add(kind);
    }
    const device = `D-${index}`;
    const own = limits === undefined ? {} : { limits };
    const value = { device, channel: 'v', quantity, unit, reportIntervalMs: intervalMs, ...own };
    items.push(
      { op: 'create', kind: 'devices', value: { id: device, gateway: 'GW-1', facility: kind } },
      { op: 'create', kind: 'points', value },
    );
  });
  return items;
}
