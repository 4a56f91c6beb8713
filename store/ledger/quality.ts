/** The figures of alarm quality, counted where the alarms are kept: no row of them crosses to another thread. */
import type { DatabaseSync } from 'node:sqlite';
import type { AlarmEvent } from '#domain/alarm.ts';
import { figuresOf, LOOK_BACK_MS, type QualityQuery, type QualityReport } from '#domain/quality/quality.ts';
import { ringSeries } from '#domain/quality/series.ts';
import type { QualityRow } from '#domain/quality/rows.ts';
import type { Watched } from '#domain/quality/online.ts';
import type { Scope } from '#domain/user.ts';
import { textOf, textOrNull } from './database.ts';

/** Alarm events that one question reads at most. */
export const QUALITY_EVENTS_MAX = 200_000;

const SILENCE: readonly string[] = ['gateway-absent', 'no-data', 'sensor-lost'];

/**
 * Whole alarms that were active, or of which something happened, in [:from, :to): those of the scope (a null list = all),
 * and those about silence wherever they are, since a gateway may serve points elsewhere.
 */
const EVENTS = `
WITH wanted (id) AS (
  SELECT id FROM alarms WHERE document ->> '$.returnedAt' IS NULL AND onset_at < :to
  UNION
  SELECT id FROM alarms WHERE document ->> '$.returnedAt' >= :from AND onset_at < :to
  UNION
  SELECT alarm FROM alarm_events WHERE document ->> '$.at' >= :from AND document ->> '$.at' < :to
)
SELECT e.document FROM alarm_events e
WHERE e.alarm IN (
  SELECT id FROM wanted JOIN alarms a USING (id)
  WHERE a.document ->> '$.rule' IN (SELECT value FROM json_each(:silence))
  OR (
    (:areas IS NULL OR a.area IN (SELECT value FROM json_each(:areas)))
    AND (:lifelines IS NULL OR a.lifeline IN (SELECT value FROM json_each(:lifelines)))
    AND (:organisations IS NULL OR a.facility IN (
      SELECT id FROM facilities WHERE organisation IN (SELECT value FROM json_each(:organisations))))
  )
)
ORDER BY e.position, e.idx LIMIT :limit`;

const IN_SERVICE = "coalesce(document ->> '$.retired', 0) = 0";

/** Where something lies; all null for what lies nowhere. */
type Place = {
  readonly area: string | null;
  readonly lifeline: string | null;
  readonly organisation: string | null;
};
const NOWHERE: Place = { area: null, lifeline: null, organisation: null };

export function qualityTables(db: DatabaseSync, eventsMax: number = QUALITY_EVENTS_MAX) {
  const events = db.prepare(EVENTS);
  const begun = db.prepare('SELECT at FROM registry_changes ORDER BY revision, position, idx LIMIT 1');
  const facilities = db.prepare('SELECT id, area, lifeline, organisation FROM facilities');
  const gateways = db.prepare(`SELECT id, facility FROM gateways WHERE ${IN_SERVICE}`);
  const devices = db.prepare('SELECT id, gateway, facility FROM devices');
  const points = db.prepare(`SELECT id, device FROM points WHERE ${IN_SERVICE}`);

  function quality(query: QualityQuery): QualityReport {
    const { from, to, by } = query;
    const { areas, lifelines, organisations } = query.scope;
    const wanted = {
      ...{ from: from - LOOK_BACK_MS, to, limit: eventsMax + 1, silence: JSON.stringify(SILENCE) },
      ...{ areas: list(areas), lifelines: list(lifelines), organisations: list(organisations) },
    };
    let read = 0;
    const places = placesOf();
    const groupOf = (place: Place): string | null =>
      by === 'all' ? null : by === 'area' ? (query.counties[place.area ?? ''] ?? place.area) : place[by];
    const groups = new Map<string | null, Group>();
    const total = newGroup();
    const into = (place: Place): readonly Group[] => {
      const id = groupOf(place);
      const known = groups.get(id) ?? newGroup();
      groups.set(id, known);
      return [total, known];
    };
    const silence: QualityRow[] = [];
    for (const row of events.iterate(wanted)) {
      read += 1;
      if (read > eventsMax) break;
      // One parse for all members: SQLite would read the text anew for each.
      const event: AlarmEvent = JSON.parse(textOf(row, 'document'));
      const { facility, area, lifeline } = event.alarm;
      const organisation = facility === null ? null : (places.get(facility)?.organisation ?? null);
      const place = { area, lifeline, organisation };
      const one = qualityRow(event);
      if (SILENCE.includes(one.rule)) silence.push(one);
      if (isIn(query.scope, place)) for (const group of into(place)) group.rows.push(one);
    }
    watch(query, places, into);
    const figures = (group: Group) => figuresOf(group.rows, silence, group.watched, query);
    const ids = by === 'all' ? [] : [...groups.keys()].sort(byId);
    return {
      ...{ from, to, by, complete: read <= eventsMax, since: since(), total: figures(total) },
      series: ringSeries(total.rows, { from, to: Math.min(to, query.now) }),
      groups: ids.map((id) => ({ id, ...figures(groups.get(id) ?? newGroup()) })),
    };
  }

  function since(): number | null {
    const at = begun.get()?.['at'];
    return typeof at === 'number' ? at : null;
  }

  /** Gateways and points in service, each with the group it belongs to. */
  function watch(
    { scope, neverHeard }: QualityQuery,
    places: ReadonlyMap<string, Place>,
    into: (place: Place) => readonly Group[],
  ): void {
    const unheard = new Set(neverHeard);
    const at = (facility: string | null): Place =>
      facility === null ? NOWHERE : (places.get(facility) ?? NOWHERE);
    for (const row of gateways.all()) {
      const [id, place] = [textOf(row, 'id'), at(textOrNull(row, 'facility'))];
      if (!unheard.has(id) && isIn(scope, place))
        for (const { watched } of into(place)) watched.gateways.push(id);
    }
    const hosts = new Map(devices.all().map((row) => [textOf(row, 'id'), row]));
    for (const row of points.all()) {
      const host = hosts.get(textOf(row, 'device'));
      if (host === undefined) continue;
      const [gateway, place] = [textOf(host, 'gateway'), at(textOrNull(host, 'facility'))];
      if (unheard.has(gateway) || !isIn(scope, place)) continue;
      for (const { watched } of into(place)) watched.points.push({ id: textOf(row, 'id'), gateway });
    }
  }

  const placesOf = (): Map<string, Place> =>
    new Map(
      facilities.all().map((row) => [
        textOf(row, 'id'),
        {
          area: textOrNull(row, 'area'),
          lifeline: textOrNull(row, 'lifeline'),
          organisation: textOrNull(row, 'organisation'),
        },
      ]),
    );

  return { quality };
}

type Group = {
  readonly rows: QualityRow[];
  readonly watched: { readonly [K in keyof Watched]: Watched[K][number][] };
};
const newGroup = (): Group => ({ rows: [], watched: { gateways: [], points: [] } });

const list = (names: readonly string[] | undefined): string | null =>
  names === undefined ? null : JSON.stringify(names);

const byId = (a: string | null, b: string | null): number => ((a ?? '\uffff') < (b ?? '\uffff') ? -1 : 1);

const isIn = ({ areas, lifelines, organisations }: Scope, place: Place): boolean =>
  admits(areas, place.area) && admits(lifelines, place.lifeline) && admits(organisations, place.organisation);

const admits = (list: readonly string[] | undefined, value: string | null): boolean =>
  list === undefined || (value !== null && list.includes(value));

function qualityRow({ at, change, announce, alarm }: AlarmEvent): QualityRow {
  const { id, point, gateway, rule, colour, active, state, historical, explanation } = alarm;
  return {
    ...{
      at,
      alarm: id,
      change,
      ring: announce.ring,
      point,
      gateway,
      rule,
      colour,
      active,
      state,
      historical,
    },
    code: explanation.code,
  };
}
