/** A data set as a small city: its rows go through the very engine, one officer takes every alarm at once. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Registry, RegistryItem } from '#domain/registry.ts';
import type { Moment } from '#domain/time.ts';
import type { Person } from '#domain/user.ts';
import * as engine from '#rules/engine.ts';

export type BenchPoint = {
  readonly quantity: string;
  readonly unit: string;
  readonly intervalMs: number;
  readonly facility?: string;
  readonly kind?: string;
  readonly location?: { readonly lat: number; readonly lon: number };
};
/** `point` counts the points from 0; times are epoch ms and never go back. */
export type BenchRow = { readonly point: number; readonly time: number; readonly value: number };
export type BenchEpisode = {
  readonly rule: string;
  readonly point: number;
  readonly onsetAt: number;
  /** Infinity while it stands. */
  returnedAt: number;
};
export type BenchOutcome = { readonly episodes: readonly BenchEpisode[]; readonly rings: readonly number[] };

const OFFICER: Person = { username: 'bench', roles: ['duty-leader'], address: 'bench' };
/** Longer than any data set has pauses: connections are not part of the data. */
const NEVER = 1e9;

/** Episodes and rings of `rules`; what else the engine watches (silence, range) is left out. */
export function runBench(
  points: readonly BenchPoint[],
  rules: readonly Record<string, unknown>[],
  rows: Iterable<BenchRow>,
): BenchOutcome {
  const registry = registryOf(points);
  const state = engine.createRules('bench');
  const watched = new Set(rules.map(({ id }) => id));
  const episodes: BenchEpisode[] = [];
  const rings: number[] = [];
  const open = new Map<string, BenchEpisode>();
  const due: Alarm[] = [];
  const sink = { alarm: note };
  const settings = { noDataIntervals: NEVER, sensorLostIntervals: NEVER, sleepyIntervals: NEVER };

  function note({ alarm, announce, at }: AlarmEvent): void {
    if (!watched.has(alarm.rule)) return;
    if (announce.ring) rings.push(at);
    if (alarm.state !== 'normal') due.push(alarm);
    const known = open.get(alarm.id);
    if (alarm.active && known === undefined) {
      const point = registry.points.get(alarm.point ?? '')?.index ?? -1;
      const fresh = { rule: alarm.rule, point, onsetAt: at, returnedAt: Infinity };
      episodes.push(fresh);
      open.set(alarm.id, fresh);
    } else if (!alarm.active && known !== undefined) {
      known.returnedAt = alarm.returnedAt ?? at;
      open.delete(alarm.id);
    }
  }

  function officerActs(at: Moment): void {
    for (let alarm = due.pop(); alarm !== undefined; alarm = due.pop()) {
      const action = actionFor(engine.alarmById(state, alarm.id) ?? alarm);
      if (action === null) continue;
      const { revision } = engine.alarmById(state, alarm.id) ?? alarm;
      const order = { kind: 'command', by: OFFICER, command: 'alarm', alarm: alarm.id } as const;
      engine.onCommand(state, registry, { ...order, revision, action }, at, sink);
    }
  }

  let first: number | null = null;
  for (const { point, time, value } of rows) {
    first ??= begin(time);
    const at = { receivedAt: time, engineTime: time - first };
    engine.advance(state, registry, at.engineTime, at, sink);
    officerActs(at);
    engine.onMeasurement(state, registry, measurement(point, time, value), at, sink);
    officerActs(at);
  }
  return { episodes, rings };

  function begin(time: number): number {
    const at = { receivedAt: time, engineTime: 0 };
    const all = points.map((_, index) => index);
    engine.onRegistry(state, registry, { points: all, gateways: [0] }, at, sink);
    engine.onPresence(state, registry, 0, true, at, sink);
    const catalogue = { format: 1, settings, rules, system: [] };
    const parsed = engine.parseCatalogue(catalogue, 'bench');
    if (!parsed.ok) throw new Error(parsed.error);
    engine.onCatalogue(state, registry, catalogue, 'bench', at, sink);
    return time;
  }
}

function actionFor(alarm: Alarm): AlarmAction | null {
  if (alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged')
    return { action: 'acknowledge' };
  return alarm.latched && alarm.state === 'acknowledged' && !alarm.active ? { action: 'reset' } : null;
}

const measurement = (pointIndex: number, time: number, value: number): Measurement => ({
  pointIndex,
  time,
  deviceTime: time,
  receivedAt: time,
  value,
  quality: Number.isNaN(value) ? 'bad' : 'good',
  flags: 0,
});

function registryOf(points: readonly BenchPoint[]): Registry {
  const registry = createRegistry();
  const items: RegistryItem[] = [
    {
      op: 'upsert',
      kind: 'gateways',
      value: { id: 'G-1', name: 'bench', session: 'sleepy', secretHmac: 'a'.repeat(64) },
    },
  ];
  const facilities = new Set<string>();
  for (const [index, point] of points.entries()) {
    const { facility = 'F-1', kind = 'gas-station', location = { lat: 35.24, lon: 115.47 } } = point;
    const { quantity, unit, intervalMs: reportIntervalMs } = point;
    if (!facilities.has(facility)) {
      const value = { id: facility, name: facility, kind, lifeline: 'gas', area: '371702', location };
      items.push({ op: 'upsert', kind: 'facilities', value });
      facilities.add(facility);
    }
    const device = `D-${index}`;
    items.push({ op: 'upsert', kind: 'devices', value: { id: device, gateway: 'G-1', facility } });
    items.push({
      op: 'upsert',
      kind: 'points',
      value: { device, channel: 'v', quantity, unit, reportIntervalMs },
    });
  }
  const outcome = applyRegistryChange(registry, { items });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors.slice(0, 3)));
  return registry;
}
