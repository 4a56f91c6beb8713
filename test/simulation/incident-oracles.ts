/**
 * What must hold of incidents after a simulated city, judged from the record alone: an alarm is quiet only while its
 * cause holds and somebody was told of the incident at its colour or worse, never a red; and the ledger has every
 * incident as it was last told, with exactly the alarms that say they belong to it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import { type Colour, colourRank } from '#domain/colour.ts';
import type { Incident, IncidentEvent } from '#domain/incident.ts';
import { openAlarms } from '#rules/engine.ts';
import type { SimOutcome } from './sim-city.ts';

/** Beyond this after the end of its cause nothing stays folded: sensors here report every few seconds. */
const GRACE_MAX_MS = 300_000;

export type IncidentVerdict = {
  readonly breaches: readonly string[];
  readonly incidents: number;
  readonly folds: number;
};

export async function judgeIncidents(outcome: SimOutcome): Promise<IncidentVerdict> {
  const alarms = new Map<string, Alarm>();
  const told = new Map<string, number>();
  const incidents = new Map<string, Incident>();
  const breaches: string[] = [];
  let folds = 0;
  const hear = (event: AlarmEvent): void => {
    const { alarm, announce } = event;
    if (announce.reason === 'folded') {
      folds += 1;
      breaches.push(...wronglyFolded(alarm, alarms, told));
    }
    alarms.set(alarm.id, alarm);
    if (announce.ring) note(told, alarm.id, alarm.colour);
  };
  const tell = ({ incident, placed }: IncidentEvent): void => {
    incidents.set(incident.id, incident);
    for (const { alarm: id, incident: place } of placed) {
      const alarm = alarms.get(id);
      if (alarm !== undefined) alarms.set(id, { ...alarm, incident: place });
    }
  };
  await outcome.outputs.readEvents(0, async (keyed) => {
    for (const { event } of keyed)
      if (event.kind === 'alarm') hear(event);
      else if (event.kind === 'incident') tell(event);
  });
  return {
    breaches: [...breaches, ...stillFolded(outcome, alarms), ...ledgerAgrees(outcome, incidents, alarms)],
    incidents: incidents.size,
    folds,
  };
}

function note(told: Map<string, number>, id: string, colour: Colour): void {
  told.set(id, Math.max(told.get(id) ?? -1, colourRank(colour)));
}

function wronglyFolded(
  alarm: Alarm,
  alarms: ReadonlyMap<string, Alarm>,
  told: ReadonlyMap<string, number>,
): string[] {
  const { id, colour, highestColour, incident } = alarm;
  const cause = alarms.get(incident?.by ?? '');
  // The cause may be given its place only after this alarm has taken its own.
  const fellows = [...alarms.values()].filter((one) => one === cause || one.incident?.id === incident?.id);
  const heard = Math.max(-1, ...fellows.map((one) => told.get(one.id) ?? -1));
  return [
    ...(colour === 'red' || highestColour === 'red' ? [`folded ${id}: it is red`] : []),
    ...(incident?.role === 'symptom' && incident.folded ? [] : [`folded ${id}: it is no symptom`]),
    ...(cause?.active === true ? [] : [`folded ${id}: its cause does not hold`]),
    ...(incident?.why === null ? [`folded ${id}: it does not say why`] : []),
    ...(heard >= colourRank(colour) ? [] : [`folded ${id}: nobody was told of its incident at ${colour}`]),
  ];
}

/** What the cause last said, open or not, tells since when it is over. */
function stillFolded({ pipeline }: SimOutcome, alarms: ReadonlyMap<string, Alarm>): string[] {
  const { rules, receivedAt } = pipeline.city;
  return openAlarms(rules).flatMap(({ id, active, incident, state }) => {
    if (incident?.folded !== true || !active || state === 'acknowledged') return [];
    const cause = alarms.get(incident.by ?? '');
    const overFor = cause?.active === true ? 0 : (receivedAt ?? 0) - (cause?.returnedAt ?? 0);
    return overFor > GRACE_MAX_MS ? [`${id} is still folded, its cause is over for ${overFor} ms`] : [];
  });
}

function ledgerAgrees(
  { ledger }: SimOutcome,
  incidents: ReadonlyMap<string, Incident>,
  alarms: ReadonlyMap<string, Alarm>,
): string[] {
  return [...incidents.values()].flatMap((incident) => {
    const { id, members, state } = incident;
    const belong = [...alarms.values()].filter((alarm) => alarm.incident?.id === id);
    const kept = ledger.alarms({ scope: {}, limit: 1_000, incident: id });
    const open = belong.filter((alarm) => alarm.state !== 'normal').length;
    const idsOf = (list: readonly Alarm[]): string[] => list.map((alarm) => alarm.id).sort();
    return [
      ...(isDeepStrictEqual(ledger.incident(id), incident) ? [] : [`the ledger has another incident ${id}`]),
      ...(isDeepStrictEqual(idsOf(kept), idsOf(belong)) ? [] : [`the ledger has other alarms of ${id}`]),
      ...(belong.length === members
        ? []
        : [`incident ${id} counts ${members}, ${belong.length} belong to it`]),
      ...(open === incident.open ? [] : [`incident ${id} counts ${incident.open} open, ${open} are`]),
      ...((state === 'closed') === (open === 0) ? [] : [`incident ${id} is ${state} with ${open} open`]),
    ];
  });
}
