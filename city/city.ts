/** The whole state of the main fold: a function of the journal and of nothing else. */
import type { Registry } from '#domain/registry.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { createRegistry } from '#domain/registry-change.ts';
import { createEmergency, type EmergencyState } from '#emergency/outbox.ts';
import { createIngest, type IngestState } from '#ingest/ingest.ts';
import { createRuleBook, type RuleBook } from '#rules/book/book.ts';
import { createRules, ENGINE_REVISION, type RulesState } from '#rules/engine.ts';
import type { ClockAnchor } from './engine-clock.ts';
import type { LateWindow } from './late-windows.ts';

export type City = {
  readonly site: string;
  registry: Registry;
  ingest: IngestState;
  rules: RulesState;
  /** The notification outbox: who was told of which alarm, and who is told next. */
  emergency: EmergencyState;
  /** Last input folded, and its clocks. */
  position: number;
  engineTime: EngineTime;
  receivedAt: Timestamp | null;
  /** Of the last start; null before the first. */
  anchor: ClockAnchor | null;
  /** The rules in force, what they were before, and drafts of what they may be. */
  ruleBook: RuleBook;
  /** Open MQTT connections per gateway id, as journaled. */
  connections: Map<string, number>;
  /** Stretches of late data waiting to be judged again, per point index. */
  lateWindows: Map<number, LateWindow>;
  /** What judgements of a gateway's late data found so far, per gateway id, while more of it waits. */
  backfills: Map<string, Backfill>;
};

/**
 * Names what the fold's decisions depend on beside its inputs; kept in snapshots and record blocks. The number before
 * the colon is the layout of a snapshot: raise it with every change of what a snapshot holds.
 */
export const FOLD_REVISION = `8:${ENGINE_REVISION}`;

/** The empty city before its first input. */
export function createCity(site: string): City {
  return {
    site,
    registry: createRegistry(),
    ingest: createIngest(),
    rules: createRules(site),
    emergency: createEmergency(),
    position: 0,
    engineTime: 0,
    receivedAt: null,
    anchor: null,
    ruleBook: createRuleBook(),
    connections: new Map(),
    lateWindows: new Map(),
    backfills: new Map(),
  };
}
