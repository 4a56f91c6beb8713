/** Presence of gateways: open connections for always-on ones, reports for sleepy ones. */
import type { EngineTime } from '#domain/time.ts';
import { close, isOpenHere, raise, reactivate, returnToNormal, type Standing } from './alarm-machine.ts';
import { reviewSilence } from './interlocks.ts';
import { restartAbsence, reviewSensorLost } from './absence.ts';
import type { GatewayRules, PointRules, Turn } from './state.ts';
import { wakeForGateway } from './wake.ts';

/** How many of a gateway's points its alarm names; it gives the count of all. */
const NAMED_CHILDREN = 10;

/** Reads the gateway's entry and its points anew. */
export function rebindGateway(turn: Turn, gateway: GatewayRules): void {
  const entry = turn.registry.gatewaysByIndex[gateway.index];
  gateway.bound = entry !== undefined && entry.retired !== true;
  if (entry === undefined || !gateway.bound) {
    close(turn, gateway.slot, 'gateway-retired');
    gateway.absent = false;
    return;
  }
  gateway.sleepy = entry.session === 'sleepy';
  gateway.maxIntervalMs = 0;
  eachChild(turn, gateway, (point) => {
    gateway.maxIntervalMs = Math.max(gateway.maxIntervalMs, point.intervalMs);
  });
  watch(turn, gateway);
}

/** A connection opened, or the last one closed. */
export function notePresence(turn: Turn, gateway: GatewayRules, connected: boolean): void {
  const came = connected && !gateway.connected;
  if (!connected && gateway.connected) gateway.closedAt = turn.now;
  gateway.connected = connected;
  if (!connected) return watch(turn, gateway);
  gateway.seen = true;
  if (gateway.sleepy) {
    gateway.heardAt = Math.max(gateway.heardAt, turn.now);
    watch(turn, gateway);
  }
  if (came) comeBack(turn, gateway);
}

/** Any accepted publish. */
export function noteReport(turn: Turn, gateway: GatewayRules): void {
  gateway.heardAt = turn.now;
  const first = !gateway.seen;
  gateway.seen = true;
  if (first || gateway.absent) comeBack(turn, gateway);
  if (gateway.wake === Infinity) watch(turn, gateway);
}

/** The wake-up set for `due` has come. */
export function wakeGateway(turn: Turn, gateway: GatewayRules, due: EngineTime): void {
  if (due !== gateway.wake) return;
  gateway.wake = Infinity;
  const absentAt = absenceDue(turn, gateway);
  if (absentAt > turn.now) watch(turn, gateway);
  else declareAbsent(turn, gateway);
}

/** After our own downtime no connection is left; each gateway has its full time to come back. */
export function noteRestart(turn: Turn, gateway: GatewayRules, gapMs: number): void {
  gateway.heardAt += gapMs;
  gateway.closedAt = gateway.connected ? turn.now : gateway.closedAt + gapMs;
  gateway.connected = false;
  gateway.wake = Infinity;
  watch(turn, gateway);
}

/** Calls `each` for every bound point of the gateway, for writing, in registration order. */
function eachChild(turn: Turn, gateway: GatewayRules, each: (point: PointRules, id: string) => void): void {
  const { registry, state } = turn;
  const id = registry.gatewaysByIndex[gateway.index]?.id ?? '';
  for (const device of registry.devicesOfGateway.get(id) ?? [])
    for (const index of registry.pointsOfDevice.get(device) ?? []) {
      if (state.points.get(index)?.bound !== true) continue;
      each(state.points.forWrite(index), registry.pointsByIndex[index]?.id ?? '');
    }
}

function watch(turn: Turn, gateway: GatewayRules): void {
  const due = absenceDue(turn, gateway);
  if (due < Infinity) wakeForGateway(turn.state, gateway, Math.max(due, turn.now));
}

/** When it will be absent if nothing comes; Infinity when it cannot be now. */
function absenceDue(turn: Turn, gateway: GatewayRules): EngineTime {
  const { settings } = turn.state.catalogue;
  if (!gateway.bound || !gateway.seen || gateway.absent) return Infinity;
  if (gateway.sleepy)
    return gateway.maxIntervalMs === 0
      ? Infinity
      : gateway.heardAt + gateway.maxIntervalMs * settings.sleepyIntervals;
  if (gateway.connected) return Infinity;
  return Math.max(gateway.closedAt, gateway.heardAt) + settings.alwaysOnAbsentMs;
}

function declareAbsent(turn: Turn, gateway: GatewayRules): void {
  gateway.absent = true;
  const named: string[] = [];
  let count = 0;
  eachChild(turn, gateway, (_, id) => {
    count += 1;
    if (named.length < NAMED_CHILDREN) named.push(id);
  });
  const standing = standingOf(turn, gateway, count, named);
  if (isOpenHere(gateway.slot)) reactivate(turn, gateway.slot, standing);
  else raise(turn, gateway.slot, standing, turn.wall);
  eachChild(turn, gateway, (point) => {
    reviewSensorLost(turn, point);
    reviewSilence(turn, point);
  });
}

function comeBack(turn: Turn, gateway: GatewayRules): void {
  const wasAbsent = gateway.absent;
  gateway.absent = false;
  if (gateway.slot.alarm?.active) returnToNormal(turn, gateway.slot, turn.wall, null);
  eachChild(turn, gateway, (point) => {
    restartAbsence(turn, point, wasAbsent);
    if (wasAbsent) reviewSilence(turn, point);
  });
}

function standingOf(turn: Turn, gateway: GatewayRules, count: number, named: readonly string[]): Standing {
  const { settings } = turn.state.catalogue;
  const since = gateway.sleepy ? gateway.heardAt : Math.max(gateway.closedAt, gateway.heardAt);
  return {
    version: 1,
    limit: 'gateway-absent',
    colour: settings.gatewayAbsentColour,
    limitValue: null,
    value: null,
    unit: null,
    latched: false,
    explanation: {
      code: gateway.sleepy ? 'gateway-absent-sleepy' : 'gateway-absent',
      params: {
        rule: 'gateway-absent',
        colour: settings.gatewayAbsentColour,
        silentMs: turn.now - since,
        points: count,
        first: named.join(', '),
      },
    },
  };
}
