/**
 * Everybody who may see exactly the same is one audience: one room, one filter, one encoded message for all of them.
 * `last` is the sequence of the last alarm event of the audience, so that each member can tell when one is missing.
 */
import { createHash } from 'node:crypto';
import type { Alarm } from '#domain/alarm.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { Registry } from '#domain/registry.ts';
import {
  can,
  inScope,
  isUnrestricted,
  placeOfFacility,
  seesAlarm,
  seesGateway,
  type Holder,
} from '../rights.ts';

export type Audience = {
  readonly key: string;
  readonly room: string;
  readonly holder: Holder;
  /** Sequence of the last alarm event that its members were entitled to; when it was made, the city's last. */
  last: number;
  /** Members whose own last differs (they came back with an older cursor): socket id -> their `previous`. */
  readonly apart: Map<string, number>;
  members: number;
  /** What is shown of the registry, made again when it changes. */
  picture: Picture;
};

export type Picture = {
  readonly registryRevision: number;
  /** Changes exactly when what the members may see of the registry changes. */
  readonly view: string;
  readonly pointIndex: Readonly<Record<string, number>>;
  /** 1 at the index of every point shown. */
  readonly shown: Uint8Array;
};

/** The same text for people who may see the same. `holder.scope` is the effective one. */
export function audienceKey(holder: Holder): string {
  const { areas, lifelines, organisations } = holder.scope;
  const lists = [areas, lifelines, organisations].map((list) =>
    list === undefined ? null : [...list].sort(),
  );
  return digest([can(holder, 'read-alarms'), can(holder, 'read-city'), ...lists]);
}

export function createAudience(key: string, holder: Holder, registry: Registry, last: number): Audience {
  const picture = drawPicture(key, holder, registry);
  return { key, room: `audience:${key}`, holder, last, apart: new Map(), members: 0, picture };
}

export function drawPicture(key: string, holder: Holder, registry: Registry): Picture {
  const pointIndex: Record<string, number> = {};
  const shown = new Uint8Array(registry.pointsByIndex.length);
  const visible = can(holder, 'read-city') ? visibleFacilities(holder, registry) : new Set<string>();
  for (const point of registry.pointsByIndex) {
    const facility = registry.devices.get(point.device)?.facility;
    if (point.retired === true || facility === undefined || !visible.has(facility)) continue;
    pointIndex[point.id] = point.index;
    shown[point.index] = 1;
  }
  // An index belongs to one point for ever, so the numbers name the points.
  const numbers = Uint32Array.from(Object.values(pointIndex));
  const hash = createHash('sha256')
    .update(`${key}\n${[...visible].join('\n')}\n`)
    .update(numbers);
  const view = hash.digest('base64url').slice(0, 22);
  return { registryRevision: registry.revision, view, pointIndex, shown };
}

export const audienceSeesAlarm = (audience: Audience, registry: Registry, alarm: Alarm): boolean =>
  seesAlarm(audience.holder, registry, alarm);

export const audienceSeesGateway = (audience: Audience, registry: Registry, gateway: string): boolean =>
  can(audience.holder, 'read-city') && seesGateway(audience.holder, registry, gateway);

/** Of these changes, those of points shown. */
export function shownChanges(audience: Audience, changes: readonly PointChange[]): readonly PointChange[] {
  const { shown } = audience.picture;
  return changes.filter((change) => shown[change.index] === 1);
}

function visibleFacilities(holder: Holder, registry: Registry): ReadonlySet<string> {
  const ids = [...registry.facilities.keys()];
  if (isUnrestricted(holder.scope)) return new Set(ids);
  return new Set(ids.filter((id) => inScope(holder, placeOfFacility(registry, id))));
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
