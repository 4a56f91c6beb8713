/** The process of one back-test: takes one request, tells how far it is, answers once, and ends. Reads only. */
import { join } from 'node:path';
import type { RunOutcome } from '#domain/contract/rules.ts';
import { registryFromLedger } from '#store/ledger/registry-history.ts';
import { type BacktestRequest, runBacktest } from './backtest-run.ts';

export type ChildRequest = Omit<BacktestRequest, 'measurements' | 'registry' | 'facilities' | 'progress'> & {
  /** The platform's data directory. */
  readonly directory: string;
  readonly facilities: readonly string[] | null;
};

export type FromChild =
  /** 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'finished'; readonly outcome: RunOutcome };

const PROGRESS_STEP = 0.01;

process.on('disconnect', () => process.exit());
process.once('message', (request: ChildRequest) => {
  tell(answerTo(request), () => process.exit());
});

function answerTo({ directory, facilities, ...request }: ChildRequest): FromChild {
  let told = 0;
  try {
    const outcome = runBacktest({
      ...request,
      measurements: join(directory, 'measurements'),
      registry: registryFromLedger(directory),
      facilities: facilities === null ? null : new Set(facilities),
      progress(share) {
        if (share < told + PROGRESS_STEP) return;
        told = share;
        tell({ kind: 'progress', share });
      },
    });
    return { kind: 'finished', outcome };
  } catch (cause) {
    return { kind: 'failed', detail: cause instanceof Error ? cause.message : String(cause) };
  }
}

function tell(message: FromChild, sent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, sent);
}
