/** Takes one record of a known device: its identity, then each of its values. */
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { GatewayEntry, Registry } from '#domain/registry.ts';
import type { Moment, Timestamp } from '#domain/time.ts';
import { doubt } from './clock-watch.ts';
import type { DeviceProfile, PointProfile } from './device-profile.ts';
import { AHEAD_MAX_MS } from './gateway-clock.ts';
import type { IngestSink } from './ingest-sink.ts';
import type { GatewayIngest, IngestState, PointIngest } from './ingest-state.ts';
import { brief, clip, readValue, recordText, type LifelineRecord } from './lifeline-record.ts';
import { freeTime, isKnownSample, noteSample, noteSequence } from './record-identity.ts';
import { noteFilled, noteGap } from './sequence-gaps.ts';
import { qualityOf, timingOf, valueFlags, type Offsets } from './sample-judgement.ts';

/** Everything a publish (or an approved record) is taken with; both answers count with the gateway and go to the sink. */
export class Taker {
  readonly state: IngestState;
  readonly registry: Registry;
  readonly gateway: GatewayEntry;
  readonly at: Moment;
  readonly out: IngestSink;
  readonly kept: GatewayIngest;

  constructor(state: IngestState, registry: Registry, gateway: GatewayEntry, at: Moment, out: IngestSink) {
    this.state = state;
    this.registry = registry;
    this.gateway = gateway;
    this.at = at;
    this.out = out;
    this.kept = state.gateways.forWrite(gateway.index);
  }

  refuse(
    reason: RejectionReason,
    device: string | null,
    detail: string,
    sample: string,
    record: string | null,
  ): void {
    this.kept.rejected += 1;
    this.out.rejected({ reason, gateway: this.gateway.id, device, detail, sample: clip(sample), record });
  }

  duplicate(device: string | null, detail: string, sample: string): void {
    this.kept.duplicates += 1;
    const { id: gateway } = this.gateway;
    this.out.rejected({ reason: 'duplicate', gateway, device, detail, sample, record: null });
  }
}

const NO_OFFSETS: Offsets = { device: null, gateway: null };

/**
 * Number of values taken. `approvedFrom` marks a record out of the quarantine with the time it first came: always
 * late, and known again by its values only, since part of it may have been taken then.
 */
export function takeRecord(
  taker: Taker,
  record: LifelineRecord,
  device: DeviceProfile,
  approvedFrom: Timestamp | null = null,
): number {
  const approved = approvedFrom !== null;
  if (!approved && record.seq !== null && !takeSequence(taker, record, record.seq, device)) return 0;
  const numbered = !approved && record.seq !== null && record.time !== null;
  const offsets = approved ? NO_OFFSETS : offsetsOf(taker, device);
  const receivedAt = approvedFrom ?? taker.at.receivedAt;
  let taken = 0;
  let known = 0;
  let refused: RejectionReason | null = null;
  const { channels, values } = record;
  for (let place = 0; place < channels.length; place += 1) {
    const channel = channels[place] ?? '';
    const sent = values[place];
    const point = device.channels.get(channel);
    const value = readValue(sent);
    if (point === undefined) {
      refuseChannel(taker, record, channel);
      continue;
    }
    if (value === undefined) {
      const detail = `${clip(channel)} is ${brief(sent)}`;
      taker.refuse('value-type', record.device, detail, recordText(record, channel), null);
      continue;
    }
    const timing = timingOf(record, point, offsets, receivedAt);
    const entry = taker.state.points.forWrite(point.index);
    if (!numbered && record.time !== null && isKnownSample(entry.samples, record.time, value)) {
      known += 1;
      continue;
    }
    const flags = timing.flags | valueFlags(value, record.quality, point) | (approved ? APPROVED : 0);
    if (timing.refused === null) {
      takeValue(taker, entry, point, device, value, record.time, timing.time, flags, receivedAt);
      taken += 1;
    } else {
      refused = timing.refused;
      if (!approved) doubtSample(taker, point, device, value, record.time, timing.time, flags);
    }
  }
  if (refused !== null) taker.refuse(refused, record.device, `time ${record.time}`, recordText(record), null);
  if (taken > 0) taker.kept.records += 1;
  else if (known > 0) taker.duplicate(record.device, 'time and value known', `time ${record.time}`);
  return taken;
}

const APPROVED = FLAG.approved | FLAG.late;

/** False after a duplicate. */
function takeSequence(taker: Taker, record: LifelineRecord, seq: number, device: DeviceProfile): boolean {
  const kept = taker.state.devices.forWrite(device.index);
  const { sequence } = kept;
  const { gaps, highest } = sequence;
  const fresh = noteSequence(sequence, seq, record.time);
  const opened = sequence.gaps - gaps;
  if (opened !== 0) {
    taker.kept.gaps += opened;
    const notes = (kept.gaps ??= []);
    if (opened > 0) noteGap(notes, highest + 1, seq - 1, taker.at.receivedAt);
    else noteFilled(notes, seq, taker.at.receivedAt);
  }
  if (!fresh) taker.duplicate(record.device, 'seq and time known', `seq ${seq}`);
  return fresh;
}

function offsetsOf(taker: Taker, device: DeviceProfile): Offsets {
  const own = taker.state.devices.get(device.index)?.clock?.offsetMs ?? null;
  const gateway = taker.kept.clock.offsetMs;
  return own === null && gateway === null ? NO_OFFSETS : { device: own, gateway };
}

function takeValue(
  taker: Taker,
  entry: PointIngest,
  point: PointProfile,
  device: DeviceProfile,
  value: number,
  deviceTime: Timestamp | null,
  wanted: Timestamp,
  judged: number,
  receivedAt: Timestamp,
): void {
  const time = freeTime(entry.samples, wanted);
  noteSample(entry.samples, deviceTime, value, time);
  let flags = time === wanted ? judged : judged | FLAG.staggered;
  const live = (flags & (FLAG.late | FLAG.future)) === 0;
  // A newest sample that lies ahead of our own clock says that we were set back: it may not hold up what comes now.
  const latest = entry.newest;
  const behind = latest !== null && time < latest.time && latest.time <= taker.at.receivedAt + AHEAD_MAX_MS;
  if (live && behind) flags |= FLAG.outOfOrder;
  const newest = !behind && (flags & FLAG.future) === 0;
  const quality = qualityOf(flags);
  const measurement: Measurement = {
    pointIndex: point.index,
    time,
    deviceTime,
    receivedAt,
    value,
    quality,
    flags,
  };
  if (newest) entry.newest = measurement;
  if (live) {
    if (taker.kept.doubted.size > 0) taker.kept.doubted.delete(point.index);
  } else if (deviceTime !== null && (flags & (FLAG.backfill | FLAG.approved)) === 0) {
    doubt(taker.kept, doubted(taker, measurement, device, point));
  }
  taker.out.measurement(measurement, newest);
}

/** Refused for its time, but perhaps the clock is to blame. */
function doubtSample(
  taker: Taker,
  point: PointProfile,
  device: DeviceProfile,
  value: number,
  deviceTime: Timestamp | null,
  time: Timestamp,
  flags: number,
): void {
  if ((flags & FLAG.backfill) !== 0) return;
  const { receivedAt } = taker.at;
  const quality = qualityOf(flags);
  const measurement: Measurement = {
    pointIndex: point.index,
    time,
    deviceTime,
    receivedAt,
    value,
    quality,
    flags,
  };
  doubt(taker.kept, doubted(taker, measurement, device, point));
}

const doubted = (taker: Taker, measurement: Measurement, device: DeviceProfile, point: PointProfile) => ({
  measurement,
  engineTime: taker.at.engineTime,
  device: device.index,
  windowMs: point.windowMs,
});

function refuseChannel(taker: Taker, record: LifelineRecord, channel: string): void {
  const id = taker.registry.devices.has(record.device)
    ? record.device
    : taker.registry.devicesBySerial.get(record.device);
  const text = recordText(record, channel);
  const retired = taker.registry.points.get(`${id}/${channel}`)?.retired === true;
  if (retired) taker.refuse('retired', record.device, `channel ${clip(channel)}`, text, null);
  else taker.refuse('unknown-channel', record.device, `channel ${clip(channel)}`, text, text);
}
