/** What the platform counts about itself, for Prometheus. main.ts feeds the engine's part, the server its own. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { COLOURS } from '#domain/colour.ts';
import type { Alarm } from '#domain/alarm.ts';

export type Metrics = {
  /** Everything refused, whoever refused it: `lifeline_rejected_total{reason}`. */
  rejected(reason: string, count?: number): void;
  /** Publishes journaled and synced. */
  publishes(count: number): void;
  /** Measurements decided by the fold. */
  measurements(count: number): void;
  /** One group commit, from the hand-over to its sync. */
  journalSynced(durationMs: number, entries: number): void;
  /** From the arrival of a publish to the alarm event it caused. */
  alarmDelay(durationMs: number): void;
  httpAnswered(method: string, route: string, status: number, durationMs: number): void;
  /** Adds a figure read whenever somebody looks. `name` without the prefix, e.g. `mqtt_connections`. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same with one label, e.g. open alarms by colour. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void;
  /** The text of `GET /metrics`. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** `processFigures` adds CPU, memory and event-loop lag of this process. */
export function createMetrics(options: { readonly processFigures?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processFigures === true) collectDefaultMetrics({ register: registry });
  const rejected = new Counter({
    name: 'lifeline_rejected_total',
    help: 'Everything that came in and was refused, by reason',
    labelNames: ['reason'],
    registers,
  });
  const publishes = new Counter({
    name: 'lifeline_publishes_total',
    help: 'Publishes synced to disk',
    registers,
  });
  const measurements = new Counter({
    name: 'lifeline_measurements_total',
    help: 'Values decided by the fold',
    registers,
  });
  const sync = new Histogram({
    name: 'lifeline_journal_sync_seconds',
    help: 'One group commit of the journal until it is on the medium',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers,
  });
  const commitSize = new Histogram({
    name: 'lifeline_journal_commit_entries',
    help: 'Inputs in one group commit',
    buckets: [1, 3, 10, 30, 100, 300, 1_000],
    registers,
  });
  const alarmDelay = new Histogram({
    name: 'lifeline_alarm_delay_seconds',
    help: 'From the arrival of a publish to the alarm event it caused, commit included',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  const http = new Histogram({
    name: 'lifeline_http_request_seconds',
    help: 'Requests to the API by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  return {
    rejected: (reason, count = 1) => rejected.inc({ reason }, count),
    publishes: (count) => publishes.inc(count),
    measurements: (count) => measurements.inc(count),
    journalSynced(durationMs, entries) {
      sync.observe(durationMs / 1_000);
      commitSize.observe(entries);
    },
    alarmDelay: (durationMs) => alarmDelay.observe(durationMs / 1_000),
    httpAnswered: (method, route, status, durationMs) =>
      http.observe({ method, route, status: String(status) }, durationMs / 1_000),
    gauge(name, help, read) {
      const collect = (): void => gauge.set(read());
      const gauge: Gauge = new Gauge({ name: `lifeline_${name}`, help, registers: [], collect });
      registry.registerMetric(gauge);
    },
    gaugeBy(name, help, label, read) {
      const collect = (): void => {
        for (const [value, count] of Object.entries(read())) gauge.set({ [label]: value }, count);
      };
      const gauge: Gauge = new Gauge({
        name: `lifeline_${name}`,
        help,
        labelNames: [label],
        registers: [],
        collect,
      });
      registry.registerMetric(gauge);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** How many of these alarms show each colour; every colour is named. */
export function countByColour(alarms: readonly Alarm[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(COLOURS.map((colour) => [colour, 0]));
  for (const alarm of alarms) counts[alarm.colour] = (counts[alarm.colour] ?? 0) + 1;
  return counts;
}
