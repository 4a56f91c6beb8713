/** Keeps the clocks of a gateway and of its devices by every publish; reports the fault and judges again what it hid. */
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { EngineTime, Moment, Timestamp } from '#domain/time.ts';
import type { DeviceProfile } from './device-profile.ts';
import { createTrack, fitsOffset, isFresh, observeLag } from './gateway-clock.ts';
import type { DeviceIngest, DoubtedSample, GatewayIngest, IngestState } from './ingest-state.ts';
import type { IngestSink } from './ingest-sink.ts';
import type { LifelineRecord } from './lifeline-record.ts';

/** Points of one gateway whose doubted samples are kept; beyond it the oldest doubt is forgotten. */
const DOUBTED_MAX = 1000;
/** Offsets nearer to each other than this are the same fault. */
const SAME_OFFSET_MS = 60_000;

/** A record together with the device it speaks of. */
export type KnownRecord = { readonly record: LifelineRecord; readonly device: DeviceProfile };

/**
 * Takes the newest times of one publish (of each device, and of all) into the clocks, before its records are timed.
 * `gatewayId` names the subject of the fault.
 */
export function watchClocks(
  state: IngestState,
  gateway: GatewayIngest,
  gatewayId: string,
  records: readonly KnownRecord[],
  at: Moment,
  out: IngestSink,
): void {
  const each = newestOfEach(records);
  let newest: KnownRecord | null = null;
  let explained = false;
  for (const known of each) {
    const time = known.record.time ?? 0;
    const before = state.devices.get(known.device.index)?.clock?.offsetMs ?? null;
    watchDevice(state, gateway, known.device, time, at, out);
    if (newest === null || time > (newest.record.time ?? 0)) {
      newest = known;
      explained = fitsOffset(before, at.receivedAt - time, known.device.windowMs);
    }
  }
  if (newest === null) return;
  const time = newest.record.time ?? 0;
  if (!explained || gateway.clock.offsetMs !== null) watchGateway(gateway, newest.device, time, at, out);
  for (const known of each) noteDeviceOffset(state, gateway, known.device.index);
  report(gateway, gatewayId, time, at, out);
}

/** Remembers a sample whose time was not believed, unless a newer one of its point is remembered. */
export function doubt(gateway: GatewayIngest, doubted: DoubtedSample): void {
  const { pointIndex, deviceTime } = doubted.measurement;
  const had = gateway.doubted.get(pointIndex);
  if (had !== undefined && (had.measurement.deviceTime ?? 0) > (deviceTime ?? 0)) return;
  gateway.doubted.delete(pointIndex);
  gateway.doubted.set(pointIndex, doubted);
  if (gateway.doubted.size <= DOUBTED_MAX) return;
  for (const oldest of gateway.doubted.keys()) {
    gateway.doubted.delete(oldest);
    return;
  }
}

function newestOfEach(records: readonly KnownRecord[]): readonly KnownRecord[] {
  const only = records.length === 1 ? records[0] : undefined;
  if (only !== undefined) return only.record.time === null || only.record.backfill ? [] : records;
  const newest = new Map<number, KnownRecord>();
  for (const known of records) {
    const { time, backfill } = known.record;
    if (time === null || backfill) continue;
    const had = newest.get(known.device.index);
    if (had === undefined || time > (had.record.time ?? 0)) newest.set(known.device.index, known);
  }
  return [...newest.values()];
}

function watchDevice(
  state: IngestState,
  gateway: GatewayIngest,
  device: DeviceProfile,
  time: Timestamp,
  at: Moment,
  out: IngestSink,
): void {
  const had = state.devices.get(device.index);
  if (had === undefined) return;
  if (had.clock === null && isFresh(at.receivedAt - time, device.windowMs)) return;
  const kept: DeviceIngest = state.devices.forWrite(device.index);
  const clock = (kept.clock ??= createTrack());
  const since = observeLag(clock, time, at.receivedAt, at.engineTime, device.windowMs);
  if (since !== null) judgeAgain(gateway, clock.offsetMs ?? 0, since, device.index, at, out);
  if (clock.offsetMs === null && clock.candidate === null) kept.clock = null;
}

function watchGateway(
  gateway: GatewayIngest,
  device: DeviceProfile,
  time: Timestamp,
  at: Moment,
  out: IngestSink,
): void {
  const since = observeLag(gateway.clock, time, at.receivedAt, at.engineTime, device.windowMs);
  if (since !== null) judgeAgain(gateway, gateway.clock.offsetMs ?? 0, since, null, at, out);
}

/** A device's own offset counts as a fault of its own only while the gateway's clock does not explain it. */
function noteDeviceOffset(state: IngestState, gateway: GatewayIngest, device: number): void {
  const own = state.devices.get(device)?.clock?.offsetMs ?? null;
  if (own !== null && gateway.clock.offsetMs === null) gateway.deviceOffsets.set(device, own);
  else gateway.deviceOffsets.delete(device);
}

/** Tells of the clock fault when it begins, ends or becomes another. */
function report(
  gateway: GatewayIngest,
  gatewayId: string,
  deviceTime: Timestamp,
  at: Moment,
  out: IngestSink,
): void {
  const [deviceOffsetMs] = gateway.deviceOffsets.values();
  const offsetMs = gateway.clock.offsetMs ?? deviceOffsetMs ?? null;
  const had = gateway.reportedOffsetMs;
  if (offsetMs === had) return;
  if (offsetMs !== null && had !== null && Math.abs(offsetMs - had) <= SAME_OFFSET_MS) return;
  gateway.reportedOffsetMs = offsetMs;
  const detail: Record<string, number> = { offsetMs: offsetMs ?? 0, deviceTime, receivedAt: at.receivedAt };
  if (offsetMs !== null && gateway.clock.offsetMs === null) detail.devices = gateway.deviceOffsets.size;
  out.condition('gateway-clock', gatewayId, offsetMs !== null, detail);
}

/** Gives the doubted samples since `since` (of one device, or of all) to the rules again, corrected, oldest first. */
function judgeAgain(
  gateway: GatewayIngest,
  offsetMs: number,
  since: EngineTime,
  device: number | null,
  at: Moment,
  out: IngestSink,
): void {
  const again: Measurement[] = [];
  for (const [pointIndex, doubted] of gateway.doubted) {
    if (device !== null && doubted.device !== device) continue;
    gateway.doubted.delete(pointIndex);
    if (doubted.engineTime >= since) again.push(corrected(doubted, offsetMs, at));
  }
  again.sort((a, b) => a.time - b.time || a.pointIndex - b.pointIndex);
  for (const measurement of again) out.judgeAgain(measurement);
}

function corrected(doubted: DoubtedSample, offsetMs: number, at: Moment): Measurement {
  const { measurement: m, windowMs } = doubted;
  const time = (m.deviceTime ?? m.time) + offsetMs;
  const late = isFresh(at.receivedAt - time, windowMs) ? 0 : FLAG.late;
  return {
    ...m,
    time,
    quality: m.quality === 'bad' ? 'bad' : 'uncertain',
    flags: (m.flags & ~(FLAG.late | FLAG.future | FLAG.outOfOrder | FLAG.staggered)) | FLAG.timeOffset | late,
  };
}
