/**
 * Between a flow and the journal: what is open already is answered at once, the rest has a rate for each flow and for
 * all together. What goes beyond is refused, counted and told: to the node, and to a person by a system alarm.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { Answer } from '#domain/event.ts';
import type { NoticeInput, RaiseInput } from '#domain/raise.ts';
import type { Asked } from './messages.ts';

/** At once, and then one more each so often. Of one flow, and of all flows together. */
export const RAISE_RATE = {
  flow: { burst: 20, everyMs: 6_000 },
  all: { burst: 100, everyMs: 1_000 },
} as const;
export const NOTICE_RATE = {
  flow: { burst: 5, everyMs: 60_000 },
  all: { burst: 20, everyMs: 10_000 },
} as const;
/** Asked of the journal and not answered yet: it may be failing. */
const WAITING_MAX = 100;
/** Flows told apart; any beyond share one rate. */
const FLOWS_MAX = 200;
/** Quiet for so long = the flood is over. */
const QUIET_MS = 60_000;

type Rate = { readonly burst: number; readonly everyMs: number };
type Bucket = { left: number; at: number };
type Refused = { name: string; at: number; count: number };

export type RaiseGate = {
  raise(subject: string, asked: Asked): Promise<Answer>;
  notice(asked: Asked): Promise<Answer>;
  /** Refused for their rate so far. */
  refused(): number;
  /** Ends the alarms of floods that are over; call it now and then. */
  look(): void;
};

export function createRaiseGate(parts: {
  readonly clock: Clock;
  /** The open alarm that `input` would neither add to nor lift; null = it must be journaled. */
  readonly standing: (input: RaiseInput) => Alarm | null;
  readonly submit: (input: RaiseInput | NoticeInput) => Promise<Answer>;
  /** A flow asks too much, or no longer does. */
  readonly flood: (flow: string, active: boolean, detail: Readonly<Record<string, string | number>>) => void;
}): RaiseGate {
  const { clock } = parts;
  const buckets = new Map<string, Bucket>();
  const flooding = new Map<string, Refused>();
  const flows = new Set<string>();
  let waiting = 0;
  let refusedInAll = 0;

  function take(key: string, rate: Rate): boolean {
    const now = clock.monotonicMs();
    const bucket = buckets.get(key) ?? { left: rate.burst, at: now };
    bucket.left = Math.min(rate.burst, bucket.left + (now - bucket.at) / rate.everyMs);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  function known(flow: string): string {
    if (flows.has(flow) || flows.size < FLOWS_MAX) {
      flows.add(flow);
      return flow;
    }
    return 'others';
  }

  async function ask(input: RaiseInput | NoticeInput, { flow }: Asked): Promise<Answer> {
    const rates = input.kind === 'raise' ? RAISE_RATE : NOTICE_RATE;
    const id = known(flow.id);
    // The flow's own first: one that floods uses up nothing of the others.
    if (!take(`${input.kind} ${id}`, rates.flow) || !take(input.kind, rates.all))
      return refuse(id, flow.name, 'rate-limited', 'the flow asks too often');
    if (waiting >= WAITING_MAX) return refuse(id, flow.name, 'busy', 'the journal does not answer');
    waiting += 1;
    try {
      const answer = await parts.submit(input);
      return !answer.ok && answer.code === 'too-many-raised'
        ? refuse(id, flow.name, answer.code, answer.detail)
        : answer;
    } finally {
      waiting -= 1;
    }
  }

  function refuse(id: string, name: string, code: string, detail: string): Answer {
    refusedInAll += 1;
    const before = flooding.get(id);
    flooding.set(id, { name, at: clock.monotonicMs(), count: (before?.count ?? 0) + 1 });
    if (before === undefined) parts.flood(id, true, { flowName: name, reason: code });
    return { ok: false, code, detail };
  }

  return {
    async raise(subject, asked) {
      const input: RaiseInput = { kind: 'raise', source: 'flow', subject, ...asked };
      const alarm = parts.standing(input);
      return alarm === null ? ask(input, asked) : { ok: true, body: alarm };
    },
    notice: (asked) => ask({ kind: 'notice', source: 'flow', ...asked }, asked),
    refused: () => refusedInAll,
    look() {
      for (const [id, { name, at, count }] of flooding) {
        if (clock.monotonicMs() - at < QUIET_MS) continue;
        flooding.delete(id);
        parts.flood(id, false, { flowName: name, refused: count });
      }
    },
  };
}
