/** What the registry and the catalogue say of a device, ready for the hot path. */
import { quantityOf } from '#domain/catalogue.ts';
import type { DeviceEntry, PointEntry, Registry } from '#domain/registry.ts';
import { convert } from '#domain/units.ts';
import { LIVE_MIN_MS, liveWindowMs } from './gateway-clock.ts';

export type PointProfile = {
  readonly index: number;
  readonly windowMs: number;
  /** Sensor's range and bounds of the physically absurd, in the point's own unit; infinite where none is known. */
  readonly min: number;
  readonly max: number;
  readonly absurdMin: number;
  readonly absurdMax: number;
};

export type DeviceProfile = {
  readonly index: number;
  readonly gateway: string;
  readonly channels: ReadonlyMap<string, PointProfile>;
  /** Shortest live window of its points: what its clock is held against. */
  readonly windowMs: number;
};

export function createProfile(registry: Registry, device: DeviceEntry): DeviceProfile {
  const channels = new Map<string, PointProfile>();
  let windowMs = Infinity;
  for (const index of registry.pointsOfDevice.get(device.id) ?? []) {
    const point = registry.pointsByIndex[index];
    if (point === undefined || point.retired) continue;
    const profile = pointProfile(point);
    channels.set(point.channel, profile);
    windowMs = Math.min(windowMs, profile.windowMs);
  }
  return {
    index: device.index,
    gateway: device.gateway,
    channels,
    windowMs: windowMs === Infinity ? LIVE_MIN_MS : windowMs,
  };
}

function pointProfile(point: PointEntry): PointProfile {
  const bounds = absurdBounds(point);
  return {
    index: point.index,
    windowMs: liveWindowMs(point.reportIntervalMs),
    min: point.range?.min ?? -Infinity,
    max: point.range?.max ?? Infinity,
    absurdMin: bounds.min,
    absurdMax: bounds.max,
  };
}

function absurdBounds(point: PointEntry): { min: number; max: number } {
  for (const { unit, min, max } of quantityOf(point.quantity)?.absurd ?? []) {
    const low = convert(min, unit, point.unit, point.quantity, point.attributes);
    const high = convert(max, unit, point.unit, point.quantity, point.attributes);
    if (low !== null && high !== null) return { min: low, max: high };
  }
  return { min: -Infinity, max: Infinity };
}
