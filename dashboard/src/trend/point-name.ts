import type { Point } from '#domain/registry.ts';
import type { DutyConsole } from '../live/console.ts';

/** Facility and quantity of a point, as far as they are known. */
export function pointName(
  duty: DutyConsole,
  point: Pick<Point, 'device' | 'quantity'> & { readonly facility?: string },
): string {
  const quantity = duty.names.called(point.quantity);
  const facility = point.facility === undefined ? undefined : duty.directory.facilities.get(point.facility);
  return facility === undefined ? `${point.device} ${quantity}` : `${facility.name} ${quantity}`;
}
