/** The figures of alarm quality of a period. */
import type { QualityBy, QualityReport } from '#domain/quality/quality.ts';
import { isRecord, type Call, type Problem } from './http.ts';

export async function readQuality(
  call: Call,
  from: number,
  to: number,
  by: QualityBy,
): Promise<QualityReport | Problem> {
  const reply = await call('GET', `/quality?from=${from}&to=${to}&by=${by}`);
  if (!reply.ok) return reply.problem;
  if (isReport(reply.body)) return reply.body;
  return { status: 200, code: 'internal', detail: 'an answer of another form', document: {} };
}

const isReport = (value: unknown): value is QualityReport =>
  isRecord(value) &&
  isRecord(value['total']) &&
  Array.isArray(value['groups']) &&
  Array.isArray(value['series']);
