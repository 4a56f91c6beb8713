/** Times as a caller writes them: epoch milliseconds, or ISO 8601 with an offset. */
import type { Timestamp } from '#domain/time.ts';
import { Problem } from './problems.ts';

const EPOCH = /^-?\d{1,15}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Throws `invalid-request` naming the field. A time without an offset is refused: nobody could say which it is. */
export function parseInstant(field: string, value: string | number): Timestamp {
  const text = String(value);
  const at = EPOCH.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(at)) {
    throw new Problem('invalid-request', `${field}: epoch milliseconds or ISO 8601 with an offset`);
  }
  return Math.trunc(at);
}
