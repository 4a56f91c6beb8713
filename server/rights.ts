/**
 * Who may do what, and to what: the one place, for REST and for the socket alike (design §5).
 *
 * A right says what a role may do at all; the scope says to which part of the city. An alarm, gateway or facility
 * that lies outside a person's scope does not exist for them. What belongs to no facility (an alarm of the platform
 * itself, a gateway not yet placed) has no area, so only people without any restriction see it; everybody learns of
 * trouble of the platform from the health in each `beat`.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { OnCallEntry, OnCallList } from '#domain/notification.ts';
import type { Registry } from '#domain/registry.ts';
import type { Role, Scope } from '#domain/user.ts';

const DUTY = ['duty-officer', 'duty-leader'] as const;
const READERS = ['duty-officer', 'duty-leader', 'crew', 'engineer', 'viewer', 'system-admin'] as const;
const REGISTRARS = ['engineer', 'system-admin'] as const;
const EVERYONE = [...READERS, 'security-admin', 'audit-admin'] as const;

/**
 * action -> the roles that may. The administrator sees alarms but takes none. The security administrator reads
 * areas and organisations only, to give people their scope. Whoever may neither shelve orange nor red may not
 * declare maintenance, which silences them.
 */
export const RIGHTS = {
  'own-session': EVERYONE,
  'read-reference': EVERYONE,
  'read-city': READERS,
  'read-alarms': READERS,
  'read-quality': [...DUTY, 'engineer', 'viewer', 'system-admin'],
  /** Whoever hears or sees something may say so: it only adds. */
  raise: [...DUTY, 'crew', 'engineer'],
  acknowledge: DUTY,
  shelve: DUTY,
  unshelve: DUTY,
  reset: DUTY,
  note: DUTY,
  verdict: DUTY,
  'out-of-service': ['duty-leader', 'engineer'],
  'in-service': ['duty-leader', 'engineer'],
  maintenance: ['duty-leader', 'engineer'],
  'change-registry': REGISTRARS,
  'change-gateways': ['system-admin'],
  'read-on-call': [...DUTY, 'system-admin'],
  'change-on-call': ['duty-leader', 'system-admin'],
  quarantine: REGISTRARS,
  diagnose: REGISTRARS,
  'manage-influx': ['system-admin'],
  'manage-users': ['security-admin'],
  /** Tokens of screens that only read, for people whom the security administrator made. */
  'manage-walls': ['system-admin'],
  /** Flows run code in a process of their own and can raise alarms: an administrator's tool. */
  'read-flows': REGISTRARS,
  'edit-flows': ['system-admin'],
  'read-rules': READERS,
  'draft-rules': ['engineer'],
  /** The second of the four eyes: never somebody who wrote at the draft (rules/book/). */
  'publish-rules': ['engineer', 'duty-leader'],
  'read-audit': ['audit-admin'],
  'read-metrics': ['system-admin', 'engineer'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof RIGHTS;

/** What rights are decided on: the roles and scope of the person, as they are now. */
export type Holder = { readonly roles: readonly Role[]; readonly scope: Scope };

export function can(holder: Holder, action: Action): boolean {
  const allowed: readonly Role[] = RIGHTS[action];
  return holder.roles.some((role) => allowed.includes(role));
}

/** Where a thing lies; null where it lies nowhere. */
export type Place = {
  readonly area: string | null;
  readonly lifeline: string | null;
  readonly organisation: string | null;
};

export const NOWHERE: Place = { area: null, lifeline: null, organisation: null };

/** True when every restriction of the scope admits the place. `holder.scope` must be effective (see below). */
export function inScope(holder: Holder, place: Place): boolean {
  const { areas, lifelines, organisations } = holder.scope;
  return (
    admits(areas, place.area) &&
    admits(lifelines, place.lifeline) &&
    admits(organisations, place.organisation)
  );
}

const admits = (list: readonly string[] | undefined, value: string | null): boolean =>
  list === undefined || (value !== null && list.includes(value));

/**
 * The scope that is compared: an area stands for its townships too; a person whose only reading role is `crew` and
 * who was given no organisation sees nothing.
 */
export function effectiveScope(holder: Holder, registry: Registry): Scope {
  const { areas, lifelines, organisations } = holder.scope;
  const crewOnly =
    holder.roles.includes('crew') &&
    !holder.roles.some((role) => role !== 'crew' && READERS.some((reader) => reader === role));
  const units = organisations ?? (crewOnly ? [] : undefined);
  return {
    ...(areas === undefined ? {} : { areas: withDescendants(areas, registry) }),
    ...(lifelines === undefined ? {} : { lifelines }),
    ...(units === undefined ? {} : { organisations: units }),
  };
}

export const isUnrestricted = (scope: Scope): boolean =>
  scope.areas === undefined && scope.lifelines === undefined && scope.organisations === undefined;

/** The areas and everything below them, sorted; ids that the registry does not know stay in. */
export function withDescendants(areas: readonly string[], registry: Registry): string[] {
  const wanted = new Set(areas);
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const area of registry.areas.values()) {
      if (area.parent !== undefined && wanted.has(area.parent)) wanted.add(area.id);
    }
  }
  return [...wanted].sort();
}

export function placeOfFacility(registry: Registry, facility: string | null | undefined): Place {
  const entry = facility === null || facility === undefined ? undefined : registry.facilities.get(facility);
  if (entry === undefined) return NOWHERE;
  return { area: entry.area, lifeline: entry.lifeline, organisation: entry.organisation ?? null };
}

/** Area and lifeline as the alarm carries them since its onset; the organisation as it is now. */
export function placeOfAlarm(registry: Registry, alarm: Alarm): Place {
  const { organisation } = placeOfFacility(registry, alarm.facility);
  return { area: alarm.area, lifeline: alarm.lifeline, organisation };
}

/**
 * Inside the scope; and an alarm of a gateway itself, which takes all its points with it when it falls silent, is seen
 * by whoever sees that gateway: it may stand at no facility, or in another area than what it serves.
 */
export function seesAlarm(holder: Holder, registry: Registry, alarm: Alarm): boolean {
  if (!can(holder, 'read-alarms')) return false;
  if (inScope(holder, placeOfAlarm(registry, alarm))) return true;
  return alarm.point === null && alarm.gateway !== null && seesGateway(holder, registry, alarm.gateway);
}

/** A gateway is seen by whoever sees its own facility or one that it serves. */
export function seesGateway(holder: Holder, registry: Registry, gateway: string): boolean {
  if (isUnrestricted(holder.scope)) return true;
  const entry = registry.gateways.get(gateway);
  if (entry === undefined) return false;
  if (inScope(holder, placeOfFacility(registry, entry.facility))) return true;
  const devices = registry.devicesOfGateway.get(gateway) ?? [];
  return devices.some((id) => inScope(holder, placeOfFacility(registry, registry.devices.get(id)?.facility)));
}

/** Every gateway that a restricted person sees, also retired ones: their past alarms stay. */
export const gatewaysSeen = (holder: Holder, registry: Registry): string[] =>
  [...registry.gateways.keys()].filter((id) => seesGateway(holder, registry, id));

/**
 * What a restricted person sees of the on-call list: the entries that may be told of an alarm in their areas and
 * lifelines, and the persons of those. `holder.scope` must be effective.
 */
export function onCallSeen(holder: Holder, registry: Registry, list: OnCallList): OnCallList {
  const { areas, lifelines } = holder.scope;
  const seen = ({ areas: covered, lifelines: lines }: OnCallEntry): boolean =>
    overlap(areas, covered === undefined ? undefined : withDescendants(covered, registry)) &&
    overlap(lifelines, lines);
  const entries = list.entries.filter(seen);
  const named = new Set(
    entries.flatMap(({ steps, leaders }) => [...steps.flatMap(({ persons }) => persons), ...leaders]),
  );
  const persons = isUnrestricted(holder.scope)
    ? list.persons
    : list.persons.filter(({ id }) => named.has(id));
  return { ...list, persons, entries };
}

/** An absent list = all. */
const overlap = (scope: readonly string[] | undefined, covered: readonly string[] | undefined): boolean =>
  scope === undefined || covered === undefined || covered.some((id) => scope.includes(id));
