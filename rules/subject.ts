/** Whom an alarm is about: the names it carries, read from the registry when it is raised. */
import type { Alarm } from '#domain/alarm.ts';
import type { GatewayEntry, Registry } from '#domain/registry.ts';
import type { AlarmSlot } from './state.ts';

export type Subject = Pick<Alarm, 'point' | 'device' | 'facility' | 'area' | 'lifeline' | 'gateway'>;

const NOBODY: Subject = {
  point: null,
  device: null,
  facility: null,
  area: null,
  lifeline: null,
  gateway: null,
};

export function subjectOf(registry: Registry, slot: AlarmSlot): Subject {
  switch (slot.kind) {
    case 'point':
    case 'past':
      return pointSubject(registry, slot.index);
    case 'gateway':
      return gatewaySubject(registry, registry.gatewaysByIndex[slot.index]);
    case 'raised':
      return { ...NOBODY, ...slot.place };
    case 'system':
    case 'closed':
      return gatewaySubject(registry, registry.gateways.get(slot.subject));
  }
}

/** What the id of an alarm is made from, unique among points, gateways and system subjects. */
export function subjectKey(registry: Registry, slot: AlarmSlot): string {
  if (slot.kind === 'system' || slot.kind === 'raised') return `${slot.kind}:${slot.subject}`;
  if (slot.kind === 'gateway') return `gateway:${registry.gatewaysByIndex[slot.index]?.id ?? slot.index}`;
  return `point:${registry.pointsByIndex[slot.index]?.id ?? slot.index}`;
}

function pointSubject(registry: Registry, index: number): Subject {
  const point = registry.pointsByIndex[index];
  const device = point && registry.devices.get(point.device);
  return {
    ...placed(registry, device?.facility),
    point: point?.id ?? null,
    device: device?.id ?? null,
    gateway: device?.gateway ?? null,
  };
}

function gatewaySubject(registry: Registry, gateway: GatewayEntry | undefined): Subject {
  return { ...placed(registry, gateway?.facility), gateway: gateway?.id ?? null };
}

function placed(registry: Registry, id: string | undefined): Subject {
  const facility = id === undefined ? undefined : registry.facilities.get(id);
  if (facility === undefined) return NOBODY;
  return { ...NOBODY, facility: facility.id, area: facility.area, lifeline: facility.lifeline };
}
