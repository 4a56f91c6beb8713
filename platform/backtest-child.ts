/**
 * The process of one back-test: takes one request, tells how far it is, answers once, and ends. It reads only. A request
 * for a whole city is shared with a second process like it, so that both cores work.
 */
import { join } from 'node:path';
import type { RunOutcome } from '#domain/contract/rules.ts';
import { storedStretch } from '#store/embedded/history-stretch.ts';
import { registryFromLedger } from '#store/ledger/registry-history.ts';
import { askProcess, type Failed } from './backtest-process.ts';
import { type BacktestRequest, checkCatalogues, joinShares } from './backtest-run.ts';
import { judgeShare, type ShareOutcome } from './backtest-share.ts';
import { withTrends } from './backtest-trends.ts';

export type ChildRequest = Omit<BacktestRequest, 'measurements' | 'registry' | 'facilities' | 'progress'> & {
  /** The platform's data directory. */
  readonly directory: string;
  readonly facilities: readonly string[] | null;
};

export type FromChild =
  /** 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number }
  | Failed
  | { readonly kind: 'finished'; readonly outcome: RunOutcome };

export type ToChild = ChildRequest & {
  /** Judge the second share only. */
  readonly second?: boolean;
  /** Pid of who asks: by its own word, for it may be gone before this process looks. */
  readonly starter: number;
};
type FromSecond = { readonly kind: 'judged'; readonly share: ShareOutcome } | Failed;

const SHARES = 2;
const PROGRESS_STEP = 0.01;
let starter = process.ppid;

process.on('disconnect', () => process.exit());
process.once('message', (asked: ToChild) => {
  const { second = false, starter: asking, ...request } = asked;
  starter = asking;
  endWhenOrphaned();
  const answer = second ? answerOfSecond(request) : answerTo(request);
  answer.catch(failure).then((message) => tell(message, () => process.exit()));
});

async function answerTo(request: ChildRequest): Promise<FromChild> {
  checkCatalogues(request);
  const other = secondShare(request);
  // It fails while this process is busy with its own share: heard when it is awaited.
  other.catch(() => {});
  const whole = wholeOf(request, progressOf());
  const mine = judgeShare(whole, { index: 0, of: SHARES });
  const outcome = joinShares(request, [mine, await other]);
  const history = storedStretch(whole.measurements);
  return { kind: 'finished', outcome: { ...withTrends(whole, outcome), history } };
}

async function answerOfSecond(request: ChildRequest): Promise<FromSecond> {
  const whole = wholeOf(request, endWhenOrphaned);
  return { kind: 'judged', share: judgeShare(whole, { index: 1, of: SHARES }) };
}

function secondShare(request: ChildRequest): Promise<ShareOutcome> {
  const asked: Omit<ToChild, 'starter'> = { ...request, second: true };
  return askProcess<FromSecond, ShareOutcome>(new URL(import.meta.url), asked, ({ share }) => share).answer;
}

function wholeOf(request: ChildRequest, progress: (share: number) => void): BacktestRequest {
  const { directory, facilities, ...rest } = request;
  return {
    ...rest,
    measurements: join(directory, 'measurements'),
    registry: registryFromLedger(directory),
    facilities: facilities === null ? null : new Set(facilities),
    progress,
  };
}

function progressOf(): (share: number) => void {
  let told = 0;
  return (share) => {
    endWhenOrphaned();
    if (share < told + PROGRESS_STEP) return;
    told = share;
    tell({ kind: 'progress', share });
  };
}

/** While it is busy it hears nothing: whoever started it is gone when it has another parent. */
function endWhenOrphaned(): void {
  if (process.ppid !== starter) process.exit();
}

const failure = (cause: unknown): FromChild => ({
  kind: 'failed',
  detail: cause instanceof Error ? cause.message : String(cause),
});

function tell(message: FromChild | FromSecond, sent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, sent);
}
