/**
 * One batch of lines to the server, by the rules of answer-policy.ts. A refused batch is halved until the refused lines
 * stand alone; sending a stored half again changes nothing, so this is right for servers that store the rest of such a
 * batch and for those that store nothing of it. Two guards against taking a wrong set-up for bad lines: before the
 * first halving a line that is known to be good must be accepted, and too many refused lines stop everything.
 */
import { type HttpAnswer, judgeAnswer, type Verdict } from './answer-policy.ts';

export type OutLine = {
  readonly text: string;
  /** Journal position of its input; 0 for a refilled one. */
  readonly position: number;
  readonly pointIndex: number;
  readonly time: number;
};
export type RefusedLine = {
  readonly line: OutLine;
  readonly status: number | null;
  readonly serverText: string;
};

export type Delivered =
  | {
      readonly kind: 'done';
      readonly refused: readonly RefusedLine[];
      readonly expired: readonly OutLine[];
      /** The server took no request of this size, but smaller ones. */
      readonly tooLarge: boolean;
    }
  | { readonly kind: 'wait'; readonly afterMs: number | null; readonly why: string }
  | { readonly kind: 'pause'; readonly why: string };

export type DeliveryPorts = {
  readonly write: (text: string) => Promise<HttpAnswer>;
  readonly wallMs: () => number;
  /** Refused lines of the last minute, of earlier batches. */
  readonly refusedLately: () => number;
};

/** Share of a batch, and lines a minute, at which it is no longer the lines' fault. A few are always poison. */
const REFUSED_SHARE_MAX = 0.05;
const REFUSED_FEW = 10;
const REFUSED_A_MINUTE_MAX = 100;

const HOUR_MS = 3_600_000;
/** A line no server can have against: a measurement and a field of its own, one row an hour. */
export const canaryLine = (wallMs: number): string =>
  `lifeline_canary ok=1i ${Math.floor(wallMs / HOUR_MS) * HOUR_MS}`;

/** Sends the canary; anything but stored comes back as why not. */
export async function tryCanary(ports: DeliveryPorts): Promise<Delivered | null> {
  const verdict = judgeAnswer(await ports.write(canaryLine(ports.wallMs())), ports.wallMs());
  if (verdict.act === 'stored') return null;
  if (verdict.act === 'wait') return { kind: 'wait', afterMs: verdict.afterMs, why: verdict.why };
  const why = verdict.act === 'expired' ? 'the server keeps less than an hour' : verdict.why;
  return { kind: 'pause', why: `it refuses even a plain line: ${why}` };
}

export async function deliver(lines: readonly OutLine[], ports: DeliveryPorts): Promise<Delivered> {
  const refused: RefusedLine[] = [];
  const expired: OutLine[] = [];
  let tooLarge = false;
  let canaryPassed = false;
  const open: (readonly OutLine[])[] = [lines];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.length === 0) continue;
    const answer = await ports.write(part.map(({ text }) => text).join('\n'));
    const verdict = judgeAnswer(answer, ports.wallMs());
    if (verdict.act === 'stored') continue;
    if (verdict.act === 'expired') expired.push(...oldest(part, verdict.lines));
    else if (verdict.act !== 'split') return stopped(verdict);
    else {
      if (!canaryPassed && !verdict.tooLarge) {
        const against = await tryCanary(ports);
        if (against !== null) return against;
        canaryPassed = true;
      }
      tooLarge ||= verdict.tooLarge;
      const [only] = part;
      if (part.length > 1 || only === undefined)
        open.push(...parts(part, verdict.tooLarge ? '' : answer.text));
      else refused.push({ line: only, status: answer.status, serverText: answer.text.slice(0, 500) });
      const tripped = breaker(refused.length, lines.length, ports.refusedLately());
      if (tripped !== null) return { kind: 'pause', why: `${tripped}, the last with ${verdict.why}` };
    }
  }
  return { kind: 'done', refused, expired, tooLarge };
}

function stopped(verdict: Verdict & { act: 'wait' | 'pause' }): Delivered {
  if (verdict.act === 'pause') return { kind: 'pause', why: verdict.why };
  return { kind: 'wait', afterMs: verdict.afterMs, why: verdict.why };
}

function breaker(refused: number, lines: number, lately: number): string | null {
  if (refused > REFUSED_FEW && refused > lines * REFUSED_SHARE_MAX) {
    return `more than ${refused - 1} of ${lines} lines of a batch are refused`;
  }
  return refused + lately > REFUSED_A_MINUTE_MAX
    ? `more than ${REFUSED_A_MINUTE_MAX} lines a minute are refused`
    : null;
}

/** The parts to send next, first one last: the line the server names alone, or the halves. */
function parts(part: readonly OutLine[], serverText: string): (readonly OutLine[])[] {
  const named = serverText === '' ? -1 : part.findIndex(({ text }) => serverText.includes(text));
  if (named >= 0) return [part.slice(named + 1), part.slice(0, named), part.slice(named, named + 1)];
  const half = part.length >> 1;
  return [part.slice(half), part.slice(0, half)];
}

const oldest = (lines: readonly OutLine[], count: number): OutLine[] =>
  lines.toSorted((a, b) => a.time - b.time).slice(0, count);
