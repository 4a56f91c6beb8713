/**
 * Silence. A point that reports nothing usable is `no-data`; when its gateway is gone, that is one alarm of the gateway
 * and its points are listed on it; and a sensor lost while its alarm is active is an alarm of its own at once (失联),
 * under an absent gateway too. None of them touches the alarm it is about: silence clears nothing.
 */
import { colourRank, type Colour, worseColour } from '#domain/colour.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { EngineTime } from '#domain/time.ts';
import { isOpenHere, raise, reactivate, returnToNormal, type Standing } from './alarm-machine.ts';
import { reviewSilence } from './interlocks.ts';
import { stopClearing } from './level-machine.ts';
import { deciding } from './join.ts';
import type { AlarmSlot, GatewayRules, PointRules, RuleInstance, Turn } from './state.ts';
import { isInOrder } from './trust.ts';
import { wakeForAbsence } from './wake.ts';

/** A point starts to be watched, or has a new report interval. */
export function watchPoint(turn: Turn, point: PointRules): void {
  if (!point.bound || isActive(point.noData)) return;
  wakeForAbsence(turn.state, point, Math.max(noDataDue(turn, point), turn.now));
}

/** Usable live data came (`dataAt` says when): absence is over, and the clock starts again. `proves` = it may end a 失联. */
export function noteData(turn: Turn, point: PointRules, m: Measurement, proves: boolean): void {
  point.absenceFrom = turn.now;
  if (point.noData.alarm?.active && isInOrder(m)) {
    returnToNormal(turn, point.noData, m.time, m.value);
    reviewSilence(turn, point);
  }
  if (point.sensorLost.alarm?.active && proves) {
    returnToNormal(turn, point.sensorLost, m.time, m.value);
    reviewSilence(turn, point);
    reviewSensorLost(turn, point);
  }
  if (point.absenceWake === Infinity) wakeForAbsence(turn.state, point, noDataDue(turn, point));
}

/** The wake-up of `point` that was set for `due` has come. */
export function wakeAbsence(turn: Turn, point: PointRules, due: EngineTime): void {
  if (due !== point.absenceWake) return;
  point.absenceWake = Infinity;
  if (!point.bound) return;
  reviewSensorLost(turn, point);
  if (!isGatewayPresent(turn, point) || isActive(point.noData)) return;
  const absent = noDataDue(turn, point);
  if (turn.now < absent) wakeForAbsence(turn.state, point, absent);
  else if (!isActive(point.sensorLost)) raiseNoData(turn, point);
  reviewSilence(turn, point);
}

/** Raises 失联 when an alarm of the point is active and its sensor is silent too long or its gateway absent. */
export function reviewSensorLost(turn: Turn, point: PointRules): void {
  const colour = worstActive(point);
  if (colour === null || isActive(point.sensorLost)) return;
  const gateway = gatewayOf(turn, point);
  const gatewayAbsent = gateway?.absent === true;
  // Its gateway went and is not yet missed: whether sensor or gateway is lost is known within the minute. Red does not wait.
  const isUndecided = gateway?.bound === true && gateway.seen && !gatewayAbsent && !isHeardOf(gateway);
  if (isUndecided && colour !== 'red') return;
  const due = point.dataAt + point.intervalMs * turn.state.catalogue.settings.sensorLostIntervals;
  if (gatewayAbsent || turn.now >= due) {
    raiseSensorLost(turn, point, colour, gatewayAbsent);
    reviewSilence(turn, point);
  } else wakeForAbsence(turn.state, point, due);
}

/** The gateway is back: each of its points gets a full interval before it may be missed. */
export function restartAbsence(turn: Turn, point: PointRules, wasAbsent: boolean): void {
  if (!point.bound) return;
  if (wasAbsent) point.absenceFrom = turn.now;
  if (isActive(point.noData)) return;
  wakeForAbsence(turn.state, point, Math.max(noDataDue(turn, point), turn.now + point.intervalMs));
}

function raiseNoData(turn: Turn, point: PointRules): void {
  const { settings } = turn.state.catalogue;
  const onlyBad = point.reportAt > point.absenceFrom;
  begin(turn, point.noData, {
    ...silent(point),
    limit: 'no-data',
    colour: settings.noDataColour,
    explanation: {
      code: onlyBad ? 'no-data-only-bad' : 'no-data',
      params: {
        rule: 'no-data',
        colour: settings.noDataColour,
        intervals: settings.noDataIntervals,
        reportIntervalMs: point.intervalMs,
        silentMs: turn.now - point.absenceFrom,
      },
    },
  });
}

function raiseSensorLost(turn: Turn, point: PointRules, worst: Colour, gatewayAbsent: boolean): void {
  const { settings } = turn.state.catalogue;
  const colour = worseColour(worst, settings.sensorLostColour);
  for (const { levels } of point.rules) stopClearing(levels);
  begin(turn, point.sensorLost, {
    ...silent(point),
    limit: 'sensor-lost',
    colour,
    explanation: {
      code: gatewayAbsent ? 'sensor-lost-gateway' : 'sensor-lost',
      params: {
        rule: 'sensor-lost',
        colour,
        of: openRules(point),
        intervals: settings.sensorLostIntervals,
        reportIntervalMs: point.intervalMs,
        silentMs: turn.now - point.dataAt,
      },
    },
  });
}

function begin(turn: Turn, slot: AlarmSlot, standing: Standing): void {
  if (!isOpenHere(slot)) raise(turn, slot, standing, turn.wall);
  else reactivate(turn, slot, standing);
}

const silent = (point: PointRules) => ({
  version: 1,
  limitValue: null,
  value: null,
  unit: point.unit,
  latched: false,
});

const isActive = (slot: AlarmSlot): boolean => slot.alarm !== null && slot.alarm.active;

/** Colour of the worst active or held process alarm; null when there is none. */
function worstActive(point: PointRules): Colour | null {
  let worst: Colour | null = null;
  for (const instance of point.rules) {
    const { slot } = instance;
    if (slot.alarm === null || !slot.alarm.active || !restsOn(point, instance)) continue;
    if (worst === null || colourRank(slot.alarm.colour) > colourRank(worst)) worst = slot.alarm.colour;
  }
  return worst;
}

/** Whether the alarm rests on this sensor: not one of a date, nor one that only stands here while others decided it. */
function restsOn(point: PointRules, { signal, join }: RuleInstance): boolean {
  if (join === null) return signal !== 'due-date';
  return deciding(join).some(({ pointIndex }) => pointIndex === point.index);
}

const openRules = (point: PointRules): string =>
  point.rules
    .filter(({ slot }) => isActive(slot))
    .map(({ rule }) => rule)
    .join(', ');

const noDataDue = (turn: Turn, point: PointRules): EngineTime =>
  point.absenceFrom + point.intervalMs * turn.state.catalogue.settings.noDataIntervals;

const gatewayOf = (turn: Turn, point: PointRules) => turn.state.gateways.get(point.gatewayIndex);

/** While its gateway is gone, not yet declared gone, or never seen, a point's silence says nothing about the point. */
function isGatewayPresent(turn: Turn, point: PointRules): boolean {
  const gateway = gatewayOf(turn, point);
  if (gateway === undefined) return true;
  return gateway.seen && !gateway.absent && isHeardOf(gateway);
}

/** One that pushes over HTTP has no connection: it is there while reports come after the last connection closed. */
const isHeardOf = ({ sleepy, connected, heardAt, closedAt }: GatewayRules): boolean =>
  sleepy || connected || heardAt > closedAt;
