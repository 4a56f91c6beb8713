/**
 * InfluxDB beside the embedded store: starts the forwarder's thread (again, when it dies), turns what it says into
 * journaled conditions, and reads from InfluxDB what is older than the embedded store keeps. Nothing here is awaited
 * by the alarm path, and the journal never waits for it (invariant 12).
 */
import type { Config, InfluxSettings } from '#config';
import type { Clock } from '#domain/clock.ts';
import { openAlarms } from '#rules/engine.ts';
import type { Metrics } from '#server/metrics.ts';
import type { HistoryPort, InfluxPort } from '#server/ports.ts';
import { type InfluxClient, openInfluxClient } from '#store/influx/influx-client.ts';
import type { InfluxStatus } from '#store/influx/influx-status.ts';
import type { OutputClient } from '#store/output-client.ts';
import type { Pipeline } from '../pipeline.ts';
import { type InfluxCondition, influxConditions } from './influx-conditions.ts';
import { oldestKept, withOlder } from './older-history.ts';

export type InfluxEdge = {
  readonly port: InfluxPort;
  readonly history: HistoryPort;
  /** Starts forwarding; conditions go through this pipeline. */
  begin(pipeline: Pipeline, metrics: Metrics): void;
  /** Points were registered. */
  registryChanged(): void;
  stop(): Promise<void>;
};

const LOOK_MS = 1_000;
const RESTART_MS = 10_000;

export function createInfluxEdge(parts: {
  readonly config: Pick<Config, 'influx' | 'retentionDays'>;
  readonly directory: string;
  readonly outputs: OutputClient;
  readonly clock: Clock;
}): InfluxEdge {
  const { directory, outputs, clock } = parts;
  const settings = parts.config.influx;
  const retentionMs = parts.config.retentionDays * 86_400_000;
  let durable = outputs.recordEnd;
  let client: InfluxClient | null = null;
  let pipeline: Pipeline | null = null;
  let died: string | null = null;
  let named = 0;
  let stopped = false;
  let cancelLook = (): void => {};
  let cancelRestart = (): void => {};
  outputs.onDurable((through) => {
    durable = Math.max(durable, through);
    client?.durable(through);
  });

  const namesFrom = (from: number): string[] =>
    pipeline?.city.registry.pointsByIndex.slice(from).map(({ id }) => id) ?? [];

  async function start(target: InfluxSettings): Promise<void> {
    const names = namesFrom(0);
    try {
      const opened = await openInfluxClient({ directory, target, durable, names }, outputs.connectReader);
      if (stopped) return await opened.close();
      named = names.length;
      client = opened;
      died = null;
      opened.durable(durable);
      registryChanged();
      opened.onDeath((error) => restart(target, error.message));
    } catch (error) {
      restart(target, error instanceof Error ? error.message : String(error));
    }
  }

  /** A helper that dies takes nobody with it: it is told as failing, and tried again. */
  function restart(target: InfluxSettings, why: string): void {
    client = null;
    died = `the forwarder stopped: ${why}`;
    console.error(died);
    if (!stopped) cancelRestart = clock.after(RESTART_MS, () => void start(target));
  }

  function registryChanged(): void {
    const ids = namesFrom(named);
    if (client === null || ids.length === 0) return;
    client.names(named, ids);
    named += ids.length;
  }

  const statusNow = (): InfluxStatus | null => client?.status() ?? null;

  return {
    port: portOf(
      settings,
      statusNow,
      () => died,
      () => client,
    ),
    history:
      settings === null
        ? outputs
        : withOlder(
            outputs,
            () => client,
            () => oldestKept(clock.wallMs(), retentionMs),
          ),
    begin(running, metrics) {
      pipeline = running;
      const conditions = influxConditions((condition) => submit(running, condition));
      conditions.takeUp(openAlarms(running.city.rules), settings !== null);
      if (settings === null) return;
      showFigures(metrics, statusNow, clock);
      const look = (): void => {
        cancelLook = clock.after(LOOK_MS, look);
        conditions.look(statusNow(), died, clock.wallMs());
      };
      look();
      void start(settings);
    },
    registryChanged,
    async stop() {
      stopped = true;
      cancelLook();
      cancelRestart();
      await client?.close();
    },
  };
}

function submit(pipeline: Pipeline, { name, subject, active, detail }: InfluxCondition): void {
  pipeline.submit({ kind: 'condition', name, subject, active, detail });
}

function portOf(
  settings: InfluxSettings | null,
  status: () => InfluxStatus | null,
  died: () => string | null,
  client: () => InfluxClient | null,
): InfluxPort {
  return {
    view() {
      const now = status();
      return {
        configured: settings !== null,
        profile: now?.profile ?? null,
        url: settings?.url ?? null,
        state: settings === null ? 'off' : died() === null ? (now?.state ?? 'connecting') : 'paused',
        reason: died() ?? now?.reason ?? now?.readingTrouble ?? null,
        cursorPosition: now?.cursorPosition ?? null,
        backlogRows: now?.backlogRows ?? 0,
        refillHours: now?.refillHours ?? 0,
        deadLetters: now?.deadLetters ?? 0,
        expiredLines: now?.expiredLines ?? 0,
        short: now?.short ?? 0,
        comparedAt: now?.comparedAt ?? null,
        lastWriteAt: now?.lastWriteAt ?? null,
      };
    },
    deadLetters: async () => (await client()?.deadLetters()) ?? [],
    retry: async (id) => (await client()?.retry(id)) ?? 'unknown',
    discard: async (id) => (await client()?.discard(id)) ?? null,
  };
}

function showFigures(metrics: Metrics, status: () => InfluxStatus | null, clock: Clock): void {
  const figures: Record<string, [help: string, read: (status: InfluxStatus) => number]> = {
    backlog_rows: ['Rows that wait for InfluxDB', (one) => one.backlogRows],
    behind_seconds: [
      'Age of the oldest row that waits for InfluxDB',
      ({ behindSince }) => (behindSince === null ? 0 : Math.max(0, clock.wallMs() - behindSince) / 1_000),
    ],
    refill_hours: ['Points times hours to be sent again from the embedded store', (one) => one.refillHours],
    dead_letters: ['Lines that InfluxDB refused and a person must look at', (one) => one.deadLetters],
    expired_lines: ['Lines older than InfluxDB keeps, since the start', (one) => one.expiredLines],
    written_lines: ['Lines that InfluxDB took, since the start', (one) => one.writtenLines],
    short: ['Points times hours in which InfluxDB has fewer rows than we', (one) => one.short],
    writing: [
      '1 while InfluxDB takes what is sent',
      ({ state }) => (/writing|refilling/.test(state) ? 1 : 0),
    ],
  };
  for (const [name, [help, read]] of Object.entries(figures)) {
    metrics.gauge(`influx_${name}`, help, () => {
      const now = status();
      return now === null ? 0 : read(now);
    });
  }
}
