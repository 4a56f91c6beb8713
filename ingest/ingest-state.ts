/** What ingest remembers, in pages that a snapshot can copy one by one. Plain data throughout. */
import type { Measurement } from '#domain/measurement.ts';
import { PagedArray } from '#domain/paged-array.ts';
import type { Registry } from '#domain/registry.ts';
import type { Touched } from '#domain/registry-change.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { packPoints, unpackPoints } from './point-pages.ts';
import type { GapNote } from './sequence-gaps.ts';
import { createTrack, type ClockTrack } from './gateway-clock.ts';
import type { DeviceProfile } from './device-profile.ts';
import {
  createPublishRing,
  createSampleWindow,
  createSequenceWindow,
  type PublishRing,
  type SampleWindow,
  type SequenceWindow,
} from './record-identity.ts';

/** A sample that came with a time we did not believe; judged again if the clock turns out to be wrong. */
export type DoubtedSample = {
  readonly measurement: Measurement;
  /** When it came. */
  readonly engineTime: EngineTime;
  /** Device index, and the live window of the point. */
  readonly device: number;
  readonly windowMs: number;
};

export type GatewayIngest = {
  lastPublishAt: Timestamp | null;
  records: number;
  duplicates: number;
  gaps: number;
  rejected: number;
  extraFields: number;
  /** Publishes on topics beside telemetry. */
  companions: number;
  readonly publishes: PublishRing;
  readonly clock: ClockTrack;
  /** Devices with a clock of their own that is wrong, by device index. */
  readonly deviceOffsets: Map<number, number>;
  /** Offset that the clock fault was last reported with; null = no fault reported. */
  reportedOffsetMs: number | null;
  /** Newest doubted sample of a point, by point index; the oldest entry goes when there are too many. */
  readonly doubted: Map<number, DoubtedSample>;
};

export type DeviceIngest = {
  readonly sequence: SequenceWindow;
  /** The newest gaps in it, for people; absent while there was none. */
  gaps?: GapNote[];
  /** Null while the clock is right. */
  clock: ClockTrack | null;
};

export type PointIngest = {
  readonly samples: SampleWindow;
  /** Newest known sample by effective time; never one stamped in the future. */
  newest: Measurement | null;
};

export type IngestState = {
  readonly gateways: PagedArray<GatewayIngest>;
  readonly devices: PagedArray<DeviceIngest>;
  readonly points: PagedArray<PointIngest>;
  /** By device index; made from the registry when first needed, never part of a snapshot. */
  readonly profiles: (DeviceProfile | undefined)[];
};

/** Before the first record. */
export function createIngest(): IngestState {
  return { gateways: new PagedArray(), devices: new PagedArray(), points: new PagedArray(), profiles: [] };
}

/** Makes room for what was registered and forgets what was known of what changed. */
export function onRegistry(state: IngestState, registry: Registry, touched: Touched): void {
  while (state.gateways.length < registry.gatewaysByIndex.length) state.gateways.push(createGatewayIngest());
  while (state.devices.length < registry.devicesByIndex.length) {
    state.devices.push({ sequence: createSequenceWindow(), clock: null });
  }
  while (state.points.length < registry.pointsByIndex.length) {
    state.points.push({ samples: createSampleWindow(), newest: null });
  }
  for (const device of touched.devices) state.profiles[device] = undefined;
  for (const point of touched.points) {
    const device = registry.pointsByIndex[point]?.deviceIndex;
    if (device !== undefined) state.profiles[device] = undefined;
  }
  for (const gateway of touched.gateways) forgetGone(state, registry, gateway, touched);
}

/** What a gateway no longer carries may keep neither its clock fault open nor a doubted sample waiting. */
function forgetGone(state: IngestState, registry: Registry, gateway: number, touched: Touched): void {
  const { deviceOffsets, doubted } = state.gateways.forWrite(gateway);
  const id = registry.gatewaysByIndex[gateway]?.id;
  const isGone = (device: number): boolean => {
    const entry = registry.devicesByIndex[device];
    return entry?.gateway !== id || entry?.retired === true;
  };
  for (const device of touched.devices) if (isGone(device)) deviceOffsets.delete(device);
  for (const [point, { device }] of doubted) {
    if (isGone(device) || registry.pointsByIndex[point]?.retired) doubted.delete(point);
  }
}

/** Everything of size, for a snapshot. */
export function pagesOf(state: IngestState): Record<string, PagedArray<unknown>> {
  return { gateways: state.gateways, devices: state.devices, points: state.points };
}

/** How pages of some names are kept in one snapshot; every other as it is. `unpack` takes what `pack` gave. */
export const createPacking = (): Readonly<
  Record<string, { pack(page: unknown[]): unknown[]; unpack(page: unknown[]): unknown[] }>
> => ({ points: { pack: (page) => packPoints(page as PointIngest[]), unpack: unpackPoints } });

/** Everything else: nothing so far. */
export function restOf(_state: IngestState): unknown {
  return {};
}

/** The state that `pagesOf` gave. Pages are trusted: they come from our own snapshot, checked by its CRC. */
export function restoreIngest(pages: Record<string, unknown[][]>, _rest: unknown): IngestState {
  const state = createIngest();
  state.gateways.restore((pages.gateways ?? []) as GatewayIngest[][]);
  state.devices.restore((pages.devices ?? []) as DeviceIngest[][]);
  state.points.restore((pages.points ?? []) as PointIngest[][]);
  return state;
}

function createGatewayIngest(): GatewayIngest {
  return {
    lastPublishAt: null,
    records: 0,
    duplicates: 0,
    gaps: 0,
    rejected: 0,
    extraFields: 0,
    companions: 0,
    publishes: createPublishRing(),
    clock: createTrack(),
    deviceOffsets: new Map(),
    reportedOffsetMs: null,
    doubted: new Map(),
  };
}
