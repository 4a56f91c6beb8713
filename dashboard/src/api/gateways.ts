/** Gateways and their diagnostics as the API gives them; what has another shape is taken for absent. */
import type { GatewayDiagnostics, SequenceGap } from '#domain/contract/diagnostics.ts';
import type { Gateway } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { field, isRecord, itemsOf, listAll, type Call, type Problem } from './http.ts';

export type GatewayStatus = {
  readonly connected: boolean;
  readonly connections: number;
  readonly lastPublishAt: Timestamp | null;
  readonly clockOffsetMs: number | null;
  readonly records: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly rejected: number;
};
/** `status` is null while the platform has not heard of it since it started. */
export type GatewayRow = Gateway & { readonly hasToken: boolean; readonly status: GatewayStatus | null };

export type Presence = {
  readonly at: Timestamp;
  readonly connected: boolean;
  readonly connections: number;
};
export type Diagnosis = GatewayDiagnostics & { readonly history: readonly Presence[] };

/** Stretches of a point without stored data. */
export type TimeGap = { readonly point: string; readonly from: Timestamp; readonly to: Timestamp };
export type Gaps = { readonly sequence: readonly SequenceGap[]; readonly time: readonly TimeGap[] };

/** Beyond so many a city has been mis-imported. */
const GATEWAYS_MAX = 20_000;

export async function readGateways(call: Call): Promise<GatewayRow[] | Problem> {
  const items = await listAll(call, '/gateways?limit=1000', GATEWAYS_MAX);
  return Array.isArray(items) ? items.filter(isGateway) : items;
}

export async function readGateway(call: Call, id: string): Promise<GatewayRow | null> {
  const reply = await call('GET', `/gateways/${encodeURIComponent(id)}`);
  return reply.ok && isGateway(reply.body) ? reply.body : null;
}

export async function readDiagnosis(call: Call, id: string): Promise<Diagnosis | Problem> {
  const reply = await call('GET', `/gateways/${encodeURIComponent(id)}/diagnostics`);
  if (!reply.ok) return reply.problem;
  if (!isDiagnosis(reply.body)) return { status: 200, code: 'internal', detail: '', document: {} };
  const history = itemsOf(field(reply.body.connection, 'history')).filter(isPresence);
  return { ...reply.body, history };
}

export async function readGaps(call: Call, id: string): Promise<Gaps | Problem> {
  const reply = await call('GET', `/gateways/${encodeURIComponent(id)}/gaps`);
  if (!reply.ok) return reply.problem;
  return {
    sequence: itemsOf(field(reply.body, 'sequence')).filter(isSequenceGap),
    time: itemsOf(reply.body).filter(isTimeGap),
  };
}

const isGateway = (value: unknown): value is GatewayRow =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['name'] === 'string';
const isDiagnosis = (value: unknown): value is GatewayDiagnostics =>
  ['connection', 'rates', 'clock'].every((part) => isRecord(field(value, part))) &&
  ['refusals', 'packets'].every((part) => Array.isArray(field(value, part)));
const isPresence = (value: unknown): value is Presence => typeof field(value, 'at') === 'number';
const isSequenceGap = (value: unknown): value is SequenceGap =>
  typeof field(value, 'device') === 'string' && typeof field(value, 'missing') === 'number';
const isTimeGap = (value: unknown): value is TimeGap =>
  typeof field(value, 'point') === 'string' && typeof field(value, 'from') === 'number';
