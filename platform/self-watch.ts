/** The platform's eyes on itself: what they see becomes a journaled condition, and so a system alarm (invariant 16). */
import type { Clock } from '#domain/clock.ts';
import type { Rejection } from '#domain/rejection.ts';
import type { OutputStore } from '#store/ports.ts';
import type { StoreReport } from '#store/worker-link.ts';
import { openAlarms } from '#rules/engine.ts';
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

/** Looks without a foreign publish after which that alarm returns; gateways watched for it at once. */
const QUIET_LOOKS = 6;
const FOREIGN_GATEWAYS_MAX = 1_000;
/** Looks of ours without one of the watchdog's: a minute. */
const UNWATCHED_LOOKS_MAX = 6;

/** Conditions that are judged here, and those of edges that start afresh with the process. */
const OURS = new Set([
  'store-backlog',
  'store-failing',
  'ledger-failing',
  'quarantine-growth',
  'disk-nearly-full',
  'disk-full',
  'snapshot-age',
  'foreign-topic',
  'housekeeping-failing',
  'input-set-aside',
  'watchdog-lost',
]);
const ENDED_WITH_US = new Set([
  'journal-slow',
  'journal-failing',
  'slow-client',
  'twin-identity',
  'bad-credentials',
  'rate-limited',
]);

export type SelfWatch = {
  rejected(rejection: Rejection): void;
  trouble(part: 'store' | 'ledger', detail: string | null): void;
  /** Damage found on disk, or housekeeping that fails: to the log and, damage, to a person. */
  report(report: StoreReport): void;
  /** The alarm path had stalled for so long, and works again. */
  stalled(quietMs: number): void;
  /** The watchdog has looked at us. */
  watched(): void;
  troubles(): { store: string | null; ledger: string | null };
  stop(): void;
};

export function watchSelf(parts: {
  readonly pipeline: Pipeline;
  readonly outputs: OutputStore;
  readonly clock: Clock;
  readonly bounds: WatchBounds;
  /** Positions set aside: their input crashed the fold twice, or cannot be read. */
  readonly setAside: ReadonlySet<number>;
}): SelfWatch {
  const { pipeline, outputs, clock, bounds } = parts;
  const active = new Set<string>();
  const foreign = new Map<string, { count: number; quietLooks: number }>();
  const troubles: { store: string | null; ledger: string | null } = { store: null, ledger: null };
  let refused = 0;
  /** Null until a watchdog first looks: where nobody runs one, none is lost. */
  let unwatchedLooks: number | null = null;
  let housekeeping: string | null = null;
  /** Why the store could not say how full the disk is at the last look. */
  let statusTrouble: string | null = null;
  let snapshotSeen = { position: pipeline.status().snapshotPosition, at: clock.monotonicMs() };
  let cancel = clock.after(bounds.lookEveryMs, look);
  takeUp();
  say('input-set-aside', parts.setAside.size > 0, { positions: stretchesOf(parts.setAside) });

  /** What was active when we went down: ours are looked at again, the broker's and the journal's ended with us. */
  function takeUp(): void {
    for (const { point, rule, active: on, explanation } of openAlarms(pipeline.city.rules)) {
      if (point !== null || !on) continue;
      const subject = String(explanation.params['subject'] ?? '');
      if (rule === 'foreign-topic') foreign.set(subject, { count: 0, quietLooks: 0 });
      if (OURS.has(rule)) active.add(`${rule} ${subject}`);
      else if (ENDED_WITH_US.has(rule)) {
        pipeline.submit({ kind: 'condition', name: rule, subject, active: false, detail: {} });
      }
    }
  }

  /** Journals a change of condition, and only a change. */
  function say(name: string, now: boolean, detail: Record<string, string | number>, subject = ''): void {
    const key = `${name} ${subject}`;
    if (active.has(key) === now) return;
    if (now) active.add(key);
    else active.delete(key);
    pipeline.submit({ kind: 'condition', name, subject, active: now, detail });
  }

  function look(): void {
    cancel = clock.after(bounds.lookEveryMs, look);
    const status = pipeline.status();
    say('store-backlog', status.recordLag > BACKLOG_MAX || status.ledgerLag > BACKLOG_MAX, {
      recordLag: status.recordLag,
      ledgerLag: status.ledgerLag,
    });
    for (const [part, detail] of Object.entries(troublesNow())) {
      say(`${part}-failing`, detail !== null, detail === null ? {} : { detail });
    }
    say('housekeeping-failing', housekeeping !== null, { detail: housekeeping ?? '' });
    say('quarantine-growth', refused > QUARANTINE_PER_LOOK_MAX, { refused });
    refused = 0;
    lookForWatchdog();
    lookAtForeignTopics();
    lookAtSnapshots(status.snapshotPosition);
    outputs.status().then(
      ({ freeBytes }) => {
        statusTrouble = null;
        say('disk-nearly-full', freeBytes < bounds.reserveBytes * NEARLY_FULL_FACTOR, { freeBytes });
        say('disk-full', freeBytes < bounds.reserveBytes / NEARLY_FULL_FACTOR, { freeBytes });
      },
      (cause: unknown) => {
        statusTrouble = String(cause);
      },
    );
  }

  function lookForWatchdog(): void {
    if (unwatchedLooks === null) return;
    unwatchedLooks += 1;
    say('watchdog-lost', unwatchedLooks > UNWATCHED_LOOKS_MAX, {});
  }

  /** A gateway that publishes on another's topic is set up wrong, or worse; quiet for a minute ends it. */
  function lookAtForeignTopics(): void {
    for (const [gateway, seen] of foreign) {
      seen.quietLooks = seen.count === 0 ? seen.quietLooks + 1 : 0;
      say('foreign-topic', seen.quietLooks < QUIET_LOOKS, { publishes: seen.count }, gateway);
      seen.count = 0;
      if (seen.quietLooks >= QUIET_LOOKS) foreign.delete(gateway);
    }
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

  /** Each has two: its own disk, and for the store its silence, for the ledger the record log that feeds it. */
  const troublesNow = () => ({
    store: troubles.store ?? statusTrouble,
    ledger: troubles.ledger ?? pipeline.status().feedTrouble,
  });

  function trouble(part: 'store' | 'ledger', detail: string | null): void {
    troubles[part] = detail;
    const now = troublesNow()[part];
    say(`${part}-failing`, now !== null, now === null ? {} : { detail: now });
  }

  return {
    rejected({ reason, gateway }) {
      if (reason === 'duplicate') return;
      refused += 1;
      if (reason !== 'foreign-topic') return;
      const seen = foreign.get(gateway) ?? { count: 0, quietLooks: 0 };
      seen.count += 1;
      if (foreign.size < FOREIGN_GATEWAYS_MAX) foreign.set(gateway, seen);
    },
    trouble,
    report(report) {
      console.error('store:', JSON.stringify(report));
      if (report.kind === 'housekeeping') {
        housekeeping = report.trouble?.detail ?? null;
        return;
      }
      const { file, keptAs, fromPosition, toPosition, detail } = report.damage;
      // Damage is over as it is found: the alarm returns at once and waits for an officer.
      for (const now of [true, false]) {
        say('data-damaged', now, { file, keptAs: keptAs ?? '', fromPosition, toPosition, detail });
      }
    },
    stalled(quietMs) {
      // Over as it can be told: the alarm returns at once and waits for an officer.
      for (const now of [true, false]) say('alarm-path-stalled', now, { quietMs });
    },
    watched() {
      unwatchedLooks = 0;
      say('watchdog-lost', false, {});
    },
    troubles: troublesNow,
    stop: () => cancel(),
  };
}

/** Positions as a person reads them: `7 9-41`. */
function stretchesOf(positions: ReadonlySet<number>): string {
  const stretches: { from: number; to: number }[] = [];
  for (const position of [...positions].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last?.to === position - 1) last.to = position;
    else stretches.push({ from: position, to: position });
  }
  return stretches.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}
