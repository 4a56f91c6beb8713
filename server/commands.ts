/**
 * A person's order on its way through the journal: at most two seconds of waiting, then `pending` (design §5). A retry
 * with the same idempotency key joins the order that still waits instead of placing a second one.
 */
import type { Clock } from '#domain/clock.ts';
import type { Answer } from '#domain/event.ts';
import type { CommandInput } from '#domain/input.ts';
import type { RaiseInput } from '#domain/raise.ts';
import { isAlarm } from './alarm-view.ts';
import { Problem } from './problems.ts';
import type { CityPort } from './ports.ts';

/** The officer's screen reverts after this long, so a later answer would mislead. */
export const ANSWER_WITHIN_MS = 2_000;
/** Orders waiting for a disk that does not answer. */
const WAITING_MAX = 1_000;

export type Order = {
  readonly command: CommandInput | RaiseInput;
  /** What the person gets when the engine agrees. */
  readonly present: (body: unknown) => unknown;
};

export type Commands = {
  /**
   * Places the order and gives its answer; throws a Problem for a refusal and for `pending`. `joinKey` names the same
   * request of the same person (null: none was given).
   */
  order(joinKey: string | null, build: () => Order): Promise<unknown>;
  waiting(): number;
};

type Placed = { readonly answer: Promise<Answer>; readonly present: (body: unknown) => unknown };

export function createCommands(city: CityPort, clock: Clock): Commands {
  const joinable = new Map<string, Placed>();
  let waiting = 0;

  const place = (joinKey: string | null, build: () => Order): Placed => {
    if (waiting >= WAITING_MAX) throw new Problem('busy', 'too many orders wait for the disk');
    const { command, present } = build();
    waiting += 1;
    const answer = city.command(command).finally(() => {
      waiting -= 1;
      if (joinKey !== null) joinable.delete(joinKey);
    });
    const placed = { answer, present };
    if (joinKey !== null) joinable.set(joinKey, placed);
    return placed;
  };

  return {
    async order(joinKey, build) {
      const known = joinKey === null ? undefined : joinable.get(joinKey);
      const placed = known ?? place(joinKey, build);
      const answer = await within(clock, placed.answer);
      if (answer === null) throw new Problem('pending');
      if (!answer.ok) throw refusal(answer, placed.present);
      return placed.present(answer.body);
    },
    waiting: () => waiting,
  };
}

function refusal(answer: Answer & { ok: false }, present: Placed['present']): Problem {
  const body = answer.body;
  if (typeof body !== 'object' || body === null) return Problem.ofAnswer(answer.code, answer.detail);
  if ('errors' in body) return Problem.ofAnswer(answer.code, answer.detail, { errors: body.errors });
  if ('draft' in body) return Problem.ofAnswer(answer.code, answer.detail, { draft: body.draft });
  return Problem.ofAnswer(answer.code, answer.detail, { alarm: isAlarm(body) ? present(body) : body });
}

/** The answer, or null when it does not come in time. */
function within(clock: Clock, answer: Promise<Answer>): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_WITHIN_MS, () => resolve(null));
    answer.then(resolve, reject).finally(cancel);
  });
}
