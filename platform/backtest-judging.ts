/** One back-test in a process of its own, as the platform and the measuring command run it. */
import type { RunOutcome } from '#domain/contract/rules.ts';
import type { ChildRequest, FromChild } from './backtest-child.ts';
import { type Asked, askProcess } from './backtest-process.ts';

export type Judging = Asked<RunOutcome>;

const CHILD = new URL('backtest-child.ts', import.meta.url);

/** `progress` is told how far it is, 0 to 1. The answer rejects however the process ends without one. */
export function judgeInProcess(request: ChildRequest, progress: (share: number) => void = () => {}): Judging {
  return askProcess<FromChild, RunOutcome>(CHILD, request, (message) => {
    if (message.kind === 'finished') return message.outcome;
    progress(message.share);
    return undefined;
  });
}
