/** The registry as one person sees and may change it. */
import type { Registry, RegistryItem, RegistryKind } from '#domain/registry.ts';
import {
  inScope,
  isUnrestricted,
  NOWHERE,
  placeOfFacility,
  seesGateway,
  type Holder,
  type Place,
} from './rights.ts';
import type { CityPort } from './ports.ts';

export const REGISTRY_KINDS = [
  'organisations',
  'areas',
  'facilities',
  'products',
  'gateways',
  'devices',
  'points',
  'edges',
] as const satisfies readonly RegistryKind[];

/** One entry as the registry holds it: its fields and some of the engine's own. */
export type Stored = Readonly<Record<string, unknown>> & { readonly id: string };

export function entriesOf(registry: Registry, kind: RegistryKind): ReadonlyMap<string, Stored> {
  return registry[kind];
}

/** Areas are reference data for everybody; an organisation is seen unless the person is held to others. */
export function sees(holder: Holder, registry: Registry, kind: RegistryKind, entry: Stored): boolean {
  const { organisations } = holder.scope;
  switch (kind) {
    case 'areas':
    case 'products':
      return true;
    case 'organisations':
      return organisations === undefined || organisations.includes(entry.id);
    case 'gateways':
      return seesGateway(holder, registry, entry.id);
    case 'facilities':
    case 'devices':
    case 'points':
      return inScope(holder, placeOf(registry, kind, entry));
    case 'edges':
      return placesOfEdge(registry, entry).some((place) => inScope(holder, place));
  }
}

/**
 * The entry without the engine's own fields. A gateway comes with its state as it is now, a point with its permanent
 * number, by which the socket's binary batches name it.
 */
export function viewOf(city: CityPort, kind: RegistryKind, entry: Stored): Record<string, unknown> {
  const { index, deviceIndex: _deviceIndex, secretHmac: _secret, tokenHmac, ...shown } = entry;
  if (kind === 'gateways')
    return { ...shown, hasToken: tokenHmac !== undefined, status: city.gatewayStatus(entry.id) };
  return kind === 'points' ? { ...shown, index } : shown;
}

/** Where an entry lies, or would lie: `value` may be a row not yet in the registry. */
function placeOf(registry: Registry, kind: RegistryKind, value: Readonly<Record<string, unknown>>): Place {
  const text = (field: string): string | null => {
    const found = value[field];
    return typeof found === 'string' ? found : null;
  };
  switch (kind) {
    case 'facilities':
      return { area: text('area'), lifeline: text('lifeline'), organisation: text('organisation') };
    case 'gateways':
    case 'devices':
      return placeOfFacility(registry, text('facility'));
    case 'points':
      return placeOfFacility(registry, registry.devices.get(text('device') ?? '')?.facility);
    case 'organisations':
    case 'areas':
    case 'products':
    case 'edges':
      return NOWHERE;
  }
}

/** Where an edge's two ends lie; the lifeline is its own. `drafted`: facilities of the same change. */
function placesOfEdge(
  registry: Registry,
  edge: Readonly<Record<string, unknown>>,
  drafted?: ReadonlyMap<string, Place>,
): Place[] {
  const lifeline = typeof edge['lifeline'] === 'string' ? edge['lifeline'] : null;
  return [edge['from'], edge['to']].map((end) => {
    const facility = String(end);
    return { ...(drafted?.get(facility) ?? placeOfFacility(registry, facility)), lifeline };
  });
}

/**
 * The first item that would change something outside the person's scope, before or after; null when none. People with
 * a restriction change neither organisations nor areas. Rows may refer to earlier rows of the same change.
 */
export function firstOutside(
  holder: Holder,
  registry: Registry,
  items: readonly RegistryItem[],
): RegistryItem | null {
  if (isUnrestricted(holder.scope)) return null;
  const facilities = new Map<string, Place>();
  const devices = new Map<string, Place>();
  for (const item of items) {
    const kind = kindOf(item);
    const value = 'value' in item ? asFields(item.value) : { id: item.id };
    const id = typeof value['id'] === 'string' ? value['id'] : '';
    const known = entriesOf(registry, kind).get(id);
    if (known !== undefined && !sees(holder, registry, kind, known)) return item;
    const merged = { ...known, ...value };
    if (kind === 'edges') {
      // Both ends: a pipe into a neighbour's area is not one side's alone to change.
      const places = placesOfEdge(registry, merged, facilities);
      if (places.every((place) => inScope(holder, place))) continue;
      return item;
    }
    const place =
      (kind === 'points' && devices.get(String(merged['device']))) ||
      (kind !== 'facilities' && facilities.get(String(merged['facility']))) ||
      placeOf(registry, kind, merged);
    if (!inScope(holder, place)) return item;
    if (kind === 'facilities') facilities.set(id, place);
    if (kind === 'devices') devices.set(id, place);
  }
  return null;
}

function kindOf(item: RegistryItem): RegistryKind {
  if (item.op === 'secret' || item.op === 'token') return 'gateways';
  return item.op === 'replace' ? 'devices' : item.kind;
}

const asFields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
