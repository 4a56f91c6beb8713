/** The platform's eyes on itself: what they see becomes a journaled condition, and so a system alarm (invariant 16). */
import type { Clock } from '#domain/clock.ts';
import type { OutputStore } from '#store/ports.ts';
import type { Pipeline } from '../pipeline.ts';

export type WatchBounds = {
  readonly lookEveryMs: number;
  readonly reserveBytes: number;
  readonly snapshotEveryMs: number;
};

/** Share of the disk's reserve at which a person is told, and at which only alarms may still write. */
const NEARLY_FULL_FACTOR = 4;
/** Inputs the record log or the ledger may lag behind the fold. */
const BACKLOG_MAX = 50_000;
/** Refused records in one look that say somebody is flooding the quarantine. */
const QUARANTINE_PER_LOOK_MAX = 500;

export type SelfWatch = {
  rejected(): void;
  trouble(part: 'store' | 'ledger', detail: string | null): void;
  troubles(): { store: string | null; ledger: string | null };
  stop(): void;
};

export function watchSelf(parts: {
  readonly pipeline: Pipeline;
  readonly outputs: OutputStore;
  readonly clock: Clock;
  readonly bounds: WatchBounds;
}): SelfWatch {
  const { pipeline, outputs, clock, bounds } = parts;
  const active = new Map<string, boolean>();
  const troubles: { store: string | null; ledger: string | null } = { store: null, ledger: null };
  let refused = 0;
  let snapshotSeen = { position: pipeline.status().snapshotPosition, at: clock.monotonicMs() };
  let cancel = clock.after(bounds.lookEveryMs, look);

  /** Journals a change of condition, and only a change. */
  function say(name: string, now: boolean, detail: Record<string, string | number>): void {
    if ((active.get(name) ?? false) === now) return;
    active.set(name, now);
    pipeline.submit({ kind: 'condition', name, subject: '', active: now, detail });
  }

  function look(): void {
    cancel = clock.after(bounds.lookEveryMs, look);
    const status = pipeline.status();
    say('store-backlog', status.recordLag > BACKLOG_MAX || status.ledgerLag > BACKLOG_MAX, {
      recordLag: status.recordLag,
      ledgerLag: status.ledgerLag,
    });
    say('quarantine-growth', refused > QUARANTINE_PER_LOOK_MAX, { refused });
    refused = 0;
    lookAtSnapshots(status.snapshotPosition);
    outputs.status().then(
      ({ freeBytes }) => {
        say('disk-nearly-full', freeBytes < bounds.reserveBytes * NEARLY_FULL_FACTOR, { freeBytes });
        say('disk-full', freeBytes < bounds.reserveBytes / NEARLY_FULL_FACTOR, { freeBytes });
      },
      (cause: unknown) => trouble('store', String(cause)),
    );
  }

  function lookAtSnapshots(position: number): void {
    const now = clock.monotonicMs();
    const behind = pipeline.city.position > position;
    if (position !== snapshotSeen.position || !behind) snapshotSeen = { position, at: now };
    // Ten intervals without a new one, while inputs came: the next start would replay too long.
    say('snapshot-age', now - snapshotSeen.at > bounds.snapshotEveryMs * 10, {
      ageMs: Math.round(now - snapshotSeen.at),
    });
  }

  function trouble(part: 'store' | 'ledger', detail: string | null): void {
    troubles[part] = detail;
    say(`${part}-failing`, detail !== null, detail === null ? {} : { detail });
  }

  return {
    rejected() {
      refused += 1;
    },
    trouble,
    troubles: () => troubles,
    stop: () => cancel(),
  };
}
