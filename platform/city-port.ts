/** The running city as the server sees it: everything from memory, commands through the journal. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { PointChange } from '#domain/contract/points-batch.ts';
import type { Health } from '#domain/contract/health.ts';
import type { FloodEvent, IncidentEvent } from '#domain/incident.ts';
import type { NotificationEvent } from '#domain/notification.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { gatewayIngestStatus, latestOf } from '#ingest/ingest.ts';
import { catalogueInForce, type RuleBook, systemOf } from '#rules/book/book.ts';
import { alarmById, floodView, openAlarms, openIncidents, ringsPerMinute } from '#rules/engine.ts';
import type { CityPort } from '#server/ports.ts';
import { AREAS, EDGE_KINDS, FACILITY_KINDS, LIFELINES, QUANTITIES } from '#domain/catalogue.ts';
import type { Pipeline, PipelineListener } from '../pipeline.ts';
import type { EventRing } from './event-ring.ts';

/** What the pipeline tells the consoles; the port hands each on to its listeners. */
export type Announcements = {
  readonly alarm: Set<(event: AlarmEvent) => void>;
  readonly measured: Set<(rows: readonly Measurement[]) => void>;
  readonly points: Set<(changes: readonly PointChange[]) => void>;
  readonly gateway: Set<(gateway: string, connected: boolean, at: Timestamp) => void>;
  readonly registry: Set<() => void>;
  readonly notification: Set<(event: NotificationEvent) => void>;
  readonly incident: Set<(event: IncidentEvent | FloodEvent) => void>;
  readonly backfill: Set<(backfill: Backfill) => void>;
};

export const createAnnouncements = (): Announcements => ({
  alarm: new Set(),
  measured: new Set(),
  points: new Set(),
  gateway: new Set(),
  registry: new Set(),
  notification: new Set(),
  incident: new Set(),
  backfill: new Set(),
});

/** The pipeline's listeners that hand on what it tells. */
export function listenersOf(
  announcements: Announcements,
): Omit<PipelineListener, 'rejected' | 'received' | 'committed'> {
  return {
    alarm(event) {
      for (const listener of announcements.alarm) listener(event);
    },
    points(changes, rows) {
      for (const listener of announcements.points) listener(changes);
      for (const listener of announcements.measured) listener(rows);
    },
    gateway(gateway, connected, at) {
      for (const listener of announcements.gateway) listener(gateway, connected, at);
    },
    registry() {
      for (const listener of announcements.registry) listener();
    },
    notification(event) {
      for (const listener of announcements.notification) listener(event);
    },
    incident(event) {
      for (const listener of announcements.incident) listener(event);
    },
    backfill({ backfill }) {
      for (const listener of announcements.backfill) listener(backfill);
    },
    unjournaled(event) {
      if (event !== null) for (const listener of announcements.alarm) listener(event);
      // Over: consoles draw themselves anew, so that nothing of the throw-away copy stays on screen.
      else for (const listener of announcements.registry) listener();
    },
  };
}

export function createCityPort(parts: {
  readonly pipeline: Pipeline;
  readonly ring: EventRing;
  readonly announcements: Announcements;
  readonly health: () => Health;
  readonly wallMs: () => Timestamp;
}): CityPort {
  const { pipeline, ring, announcements } = parts;
  const { city } = pipeline;
  return {
    site: city.site,
    registry: () => city.registry,
    openAlarms: () => openAlarms(city.rules),
    alarm: (id) => alarmById(city.rules, id),
    lastSequence: () => ring.lastSequence(),
    eventsAfter: (sequence) => ring.after(sequence),
    latest: (pointIndex) => latestOf(city.ingest, pointIndex),
    gatewayStatus(id) {
      const status = gatewayIngestStatus(city.ingest, city.registry, id);
      if (status === null) return null;
      const connections = city.connections.get(id) ?? 0;
      return { ...status, connections, connected: connections > 0 };
    },
    command: (command) => pipeline.command(command),
    onAlarm: (listener) => void announcements.alarm.add(listener),
    onPoints: (listener) => void announcements.points.add(listener),
    onGateway: (listener) => void announcements.gateway.add(listener),
    onRegistry: (listener) => void announcements.registry.add(listener),
    onBackfill: (listener) => void announcements.backfill.add(listener),
    incidents: {
      open: () => openIncidents(city.rules),
      flood: () => floodView(city.rules.incidents.flood),
      ringsPerMinute: (minutes) => ringsPerMinute(city.rules.incidents.flood, parts.wallMs(), minutes),
      onChange: (listener) => void announcements.incident.add(listener),
    },
    health: parts.health,
    responseLimits: () => city.rules.catalogue.settings.respondWithinMs,
    catalogue: () => ({
      lifelines: LIFELINES,
      kinds: FACILITY_KINDS,
      edgeKinds: EDGE_KINDS,
      quantities: QUANTITIES,
      areas: AREAS,
      ...rulesInForce(city.ruleBook),
    }),
  };
}

/** The rules as data, with the revision that names them. */
function rulesInForce(book: RuleBook): { revision: string; rules: readonly unknown[]; system: unknown } {
  const { revision } = catalogueInForce(book);
  return { revision, rules: book.inForce.rules, system: systemOf(book) };
}
