/** What binding asks of a point: where it stands, what it sends, and its attributes with those of device and facility. */
import type { Attributes, PointEntry, Registry } from '#domain/registry.ts';
import type { LimitPlace } from './limit-value.ts';

export type RulePlace = LimitPlace & {
  /** Of its facility; '' when unknown. */
  readonly kind: string;
  readonly intervalMs: number;
};

export type Place = RulePlace & {
  /** '' when unknown. */
  readonly facility: string;
};

export function placeOf(registry: Registry, point: PointEntry): Place {
  const device = registry.devices.get(point.device);
  const facility = device && registry.facilities.get(device.facility);
  const attributes: Attributes = { ...facility?.attributes, ...device?.attributes, ...point.attributes };
  const { quantity, unit, reportIntervalMs } = point;
  return {
    quantity,
    unit,
    attributes,
    facility: facility?.id ?? '',
    kind: facility?.kind ?? '',
    intervalMs: reportIntervalMs,
  };
}
