/** Points found by words: what people know of a point is its code, or the place it stands at. */
import type { Registry } from '#domain/registry.ts';
import type { Stored } from './registry-view.ts';

/** Whether a point holds every word, in any case; an id given whole finds that one alone. */
export function pointSearch(registry: Registry, text: string): (point: Stored) => boolean {
  const exact = registry.points.get(text.trim());
  if (exact !== undefined) return ({ id }) => id === exact.id;
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (point) => {
    const found = textOf(registry, point).toLowerCase();
    return words.every((word) => found.includes(word));
  };
}

/** With the facility of its device, which the point itself does not name. */
export function withFacility(registry: Registry, point: Readonly<Record<string, unknown>>): object {
  const facility = registry.devices.get(String(point['device']))?.facility;
  return facility === undefined ? point : { ...point, facility };
}

function textOf(registry: Registry, point: Stored): string {
  const device = registry.devices.get(String(point['device']));
  const facility = registry.facilities.get(device?.facility ?? '');
  const parts = [point.id, point['quantity'], device?.serial, facility?.id, facility?.name, facility?.code];
  return parts.filter((part) => typeof part === 'string').join(' ');
}
