/** What an answer to a write means (one place; docs/influxdb.md shows the table). Pure. */

/** `status` null = no answer: refused, reset, timed out. */
export type HttpAnswer = {
  readonly status: number | null;
  /** Body, or what went wrong. */
  readonly text: string;
  /** As sent: seconds or a date. */
  readonly retryAfter: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

export type Verdict =
  | { readonly act: 'stored' }
  /** Stored but for so many lines older than the server keeps. */
  | { readonly act: 'expired'; readonly lines: number }
  /** Passing trouble: keep, try again, for ever. `afterMs` is the server's wish. */
  | { readonly act: 'wait'; readonly afterMs: number | null; readonly why: string }
  /** Set up wrong: keep, tell a person, probe. */
  | { readonly act: 'pause'; readonly why: string }
  /** Something in it is refused: find out what. */
  | { readonly act: 'split'; readonly why: string; readonly tooLarge: boolean };

/** A server that asks for more is asked again all the same: a day's wait is as good as a lost server. */
const RETRY_AFTER_MAX_MS = 300_000;
const TEXT_MAX = 300;

/** `wallMs` is needed for a Retry-After that names a date. */
export function judgeAnswer(answer: HttpAnswer, wallMs: number): Verdict {
  const { status, text } = answer;
  if (status === 204) return { act: 'stored' };
  const why = `${status ?? 'no answer'}: ${text.trim().slice(0, TEXT_MAX)}`;
  if (status === null || status === 408 || status === 425 || status === 429 || status >= 500) {
    return { act: 'wait', afterMs: retryAfterMs(answer.retryAfter, wallMs), why };
  }
  if (status === 413) return { act: 'split', why, tooLarge: true };
  if (status === 400 || status === 422 || status === 201) {
    const lines = expiredIn(text);
    return lines === null ? { act: 'split', why, tooLarge: false } : { act: 'expired', lines };
  }
  return { act: 'pause', why };
}

/** 1.x and 2.x store everything else of such a batch, and say this only when nothing else went wrong. */
function expiredIn(text: string): number | null {
  if (!/beyond retention policy/i.test(text)) return null;
  return Number(/dropped[= ](\d+)/i.exec(text)?.[1] ?? 1);
}

/** Seconds (the package takes them for milliseconds), or a date. */
function retryAfterMs(value: string | null, wallMs: number): number | null {
  if (value === null) return null;
  const seconds = /^\d{1,9}$/.test(value.trim()) ? Number(value) : (Date.parse(value) - wallMs) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), RETRY_AFTER_MAX_MS) : null;
}

const FIRST_MS = 200;
const LAST_MS = 30_000;

/** Wait before attempt `failures` + 1; `chance` in [0, 1) spreads many senders. From 0.2 s to 30 s. */
export function backoffMs(failures: number, chance: number): number {
  const longest = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(Math.max(FIRST_MS, longest * (0.5 + chance / 2)));
}
