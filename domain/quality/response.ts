/** How long people took, by colour, against the time their colour allows. */
import { COLOURS, type Colour } from '../colour.ts';
import type { AlarmChange } from '../alarm.ts';
import type { Timestamp } from '../time.ts';
import { isIn, type Period, type QualityRow } from './rows.ts';

export type ResponseLimits = Readonly<Partial<Record<Colour, number>>>;

export type Response = {
  /** How often it rang for somebody to take it. */
  readonly asked: number;
  /** Taken, shelved or put out of service by a person, at any time until now. */
  readonly answered: number;
  /** In time or not, as far as it is decided; and the share in time (null when nothing is). */
  readonly inTime: number;
  readonly tooLate: number;
  readonly inTimeShare: number | null;
  /** What its colour allows; null = no limit is set. */
  readonly limitMs: number | null;
  /** Of those answered; null when none was. */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly longestMs: number | null;
};

const ANSWERS: readonly AlarmChange[] = ['acknowledged', 'shelved', 'out-of-service'];

type Question = { readonly at: Timestamp; readonly colour: Colour; answeredAt: Timestamp | null };

/** Of what rang in the period; whatever is asked of the same alarm before an answer is one question. */
export function responseOf(
  rows: readonly QualityRow[],
  period: Period,
  now: Timestamp,
  limits: ResponseLimits,
): Record<Colour, Response> {
  const questions: Question[] = [];
  const waiting = new Map<string, Question>();
  for (const row of rows) {
    const open = waiting.get(row.alarm);
    if (open !== undefined && ANSWERS.includes(row.change)) {
      open.answeredAt = row.at;
      waiting.delete(row.alarm);
    } else if (row.state === 'normal') {
      // It ended without a person (its point was retired): nobody owed it anything any more.
      if (open !== undefined) questions.splice(questions.indexOf(open), 1);
      waiting.delete(row.alarm);
    } else if (open === undefined && row.ring) {
      const question: Question = { at: row.at, colour: row.colour, answeredAt: null };
      waiting.set(row.alarm, question);
      questions.push(question);
    }
  }
  const asked = questions.filter(({ at }) => isIn(period, at));
  const of = (colour: Colour): Response =>
    figures(
      asked.filter((one) => one.colour === colour),
      limits[colour] ?? null,
      now,
    );
  const [blue, yellow, orange, red] = COLOURS.map(of);
  if (blue === undefined || yellow === undefined || orange === undefined || red === undefined)
    throw new Error('four colours');
  return { blue, yellow, orange, red };
}

function figures(asked: readonly Question[], limitMs: number | null, now: Timestamp): Response {
  const took = asked
    .flatMap(({ at, answeredAt }) => (answeredAt === null ? [] : [answeredAt - at]))
    .sort((a, b) => a - b);
  let inTime = 0;
  let tooLate = 0;
  if (limitMs !== null)
    for (const { at, answeredAt } of asked) {
      if ((answeredAt ?? now) - at > limitMs) tooLate += 1;
      else if (answeredAt !== null) inTime += 1;
    }
  const decided = inTime + tooLate;
  return {
    asked: asked.length,
    answered: took.length,
    inTime,
    tooLate,
    inTimeShare: decided === 0 ? null : inTime / decided,
    limitMs,
    medianMs: quantile(took, 0.5),
    p90Ms: quantile(took, 0.9),
    longestMs: took.at(-1) ?? null,
  };
}

/** Nearest rank of a sorted list. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
