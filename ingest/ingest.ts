/** Steps 3 and 4 as the fold sees them: from raw publish to judged measurement or kept rejection. */
import type { RawRow } from '#domain/contract/history.ts';
import type { CommandInput } from '#domain/input.ts';
import type { Registry } from '#domain/registry.ts';
import type { Moment, Timestamp } from '#domain/time.ts';
import type { IngestSink } from './ingest-sink.ts';
import type { IngestState } from './ingest-state.ts';
import { readRecord } from './lifeline-record.ts';
import { findDevice } from './receive.ts';
import { takeRecord, Taker } from './take-record.ts';

export type { IngestSink } from './ingest-sink.ts';
export {
  createIngest,
  onRegistry,
  createPacking,
  pagesOf,
  restOf,
  restoreIngest,
  type IngestState,
} from './ingest-state.ts';
export { decodeTelemetry } from './lifeline-record.ts';
export { explain } from './explain.ts';
export { openGaps, sequenceGaps } from './sequence-gaps.ts';
export { productOf, receive } from './receive.ts';

export type GatewayIngestStatus = {
  /** Steady offset in force, the gateway's or else of one of its devices; null while every clock is right. */
  readonly clockOffsetMs: number | null;
  readonly lastPublishAt: Timestamp | null;
  /** Records of which at least one value was taken. */
  readonly records: number;
  readonly duplicates: number;
  /** Numbers of its devices' records that never came. */
  readonly gaps: number;
  /** Rejections, duplicates apart. */
  readonly rejected: number;
  /** Fields of records that we do not know. */
  readonly extraFields: number;
  /** Publishes on topics beside telemetry (status, ThingsBoard's companions): taken as a sign of life and counted. */
  readonly companions: number;
};

export type ApproveCommand = CommandInput & { readonly command: 'approve-quarantine' } & Moment;

/**
 * Takes kept records of a device that is registered by now: late, marked approved, under the time they first came.
 * Number of records of which a value was taken; what still cannot be taken is refused again.
 */
export function approve(
  state: IngestState,
  registry: Registry,
  command: ApproveCommand,
  out: IngestSink,
): number {
  const gateway = registry.gateways.get(command.gateway);
  if (gateway === undefined || gateway.retired) return 0;
  const taker = new Taker(state, registry, gateway, command, out);
  let records = 0;
  for (const { json, receivedAt } of command.records) {
    const record = readRecord(parseKept(json));
    if ('reason' in record) taker.refuse(record.reason, command.device, record.detail, json, null);
    else {
      const device = findDevice(taker, record);
      if (device !== null && takeRecord(taker, record, device, receivedAt) > 0) records += 1;
    }
  }
  return records;
}

/** Null when the registry has no such gateway. */
export function gatewayIngestStatus(
  state: IngestState,
  registry: Registry,
  gateway: string,
): GatewayIngestStatus | null {
  const index = registry.gateways.get(gateway)?.index;
  const kept = index === undefined ? undefined : state.gateways.get(index);
  if (kept === undefined) return null;
  const {
    reportedOffsetMs: clockOffsetMs,
    lastPublishAt,
    records,
    duplicates,
    gaps,
    rejected,
    extraFields,
    companions,
  } = kept;
  return {
    clockOffsetMs,
    lastPublishAt,
    records,
    duplicates,
    gaps,
    rejected,
    extraFields,
    companions,
  };
}

/** A lag being watched, and devices whose own clocks are off. */
export function gatewayClock(
  state: IngestState,
  registry: Registry,
  gateway: string,
): {
  watched: { lagMs: number; publishes: number } | null;
  devices: { device: string; offsetMs: number }[];
} {
  const index = registry.gateways.get(gateway)?.index;
  const kept = index === undefined ? undefined : state.gateways.get(index);
  const candidate = kept?.clock.candidate ?? null;
  return {
    watched: candidate && { lagMs: candidate.lastLagMs, publishes: candidate.publishes },
    devices: [...(kept?.deviceOffsets ?? [])].map(([device, offsetMs]) => ({
      device: registry.devicesByIndex[device]?.id ?? '',
      offsetMs,
    })),
  };
}

/** Newest known sample of a point by effective time; null before the first, or when there is no such point. */
export function latestOf(state: IngestState, pointIndex: number): RawRow | null {
  const newest = state.points.get(pointIndex)?.newest ?? null;
  if (newest === null) return null;
  const { time, deviceTime, receivedAt, value, quality } = newest;
  return { time, deviceTime, receivedAt, value: Number.isNaN(value) ? null : value, quality };
}

function parseKept(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
