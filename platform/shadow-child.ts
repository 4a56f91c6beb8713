/**
 * The process of one shadow: follows the record log's files by a cursor, as far as it is told that they are durable, and
 * judges. It reads only; what it has found so far stands in two files of the shadow's folder, written whole, so that
 * however it ends the next one goes on without a hole and without a double.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { registryWithPosition } from '#store/ledger/registry-history.ts';
import { RecordTail } from '#store/influx/record-tail.ts';
import { realDisk } from '#store/real-disk.ts';
import { decodeRows, eventBytesOf, parseEvents } from '#store/record-block.ts';
import type { ShadowOutcome } from '#domain/contract/shadow.ts';
import type { Failed } from './backtest-process.ts';
import {
  beginShadow,
  isOfThisEngine,
  OUTCOME_FILE,
  REQUEST_FILE,
  resumeShadow,
  type SavedShadow,
  type ShadowJudge,
  type ShadowOver,
  type ShadowRequest,
} from './shadow-judge.ts';

export type ToShadow =
  | { readonly kind: 'begin'; readonly directory: string; readonly folder: string; readonly starter: number }
  /** The record log is durable through here; answered by one `judged`, and others on the way to it. */
  | { readonly kind: 'durable'; readonly through: number };

export type FromShadow =
  | {
      readonly kind: 'judged';
      /** Position of the log through which it judged. */
      readonly through: number;
      /** All of what it was told of. */
      readonly whole: boolean;
      /** Why it judges no further; null while it does. */
      readonly over: ShadowOver | 'engine-changed' | null;
      /** Absent when nothing is new. */
      readonly outcome?: ShadowOutcome;
    }
  | Failed;

const STATE_FILE = 'state';
/** Longest time without a look at messages and at who started it. */
const SLICE_MS = 200;
const TELL_MS = 2_000;
const SAVE_MS = 60_000;
/** A large state is saved less often: the journal shares the disk. */
const SAVE_SHARE = 50;

type State = { readonly after: number; readonly judge: SavedShadow };

let starter = process.ppid;
let judging: ReturnType<typeof open> | null = null;

process.on('disconnect', () => process.exit());
process.on('message', (message: ToShadow) => {
  try {
    if (message.kind === 'durable') judging?.goOn(message.through);
    else {
      starter = message.starter;
      judging = open(message.directory, message.folder);
    }
  } catch (cause) {
    fail(cause);
  }
});

function open(directory: string, folder: string) {
  const disk = realDisk();
  const request: ShadowRequest = JSON.parse(readFileSync(join(folder, REQUEST_FILE), 'utf8'));
  const saved = savedIn(folder);
  const stale = saved !== null && !isOfThisEngine(saved.judge);
  // Without its state, its beginning: the log still holds it, or the gap is told.
  const judge = stale
    ? null
    : saved === null
      ? beginShadow(request, registryWithPosition(directory))
      : resumeShadow(request, saved.judge);
  const tail = new RecordTail(disk, join(directory, 'records'), saved?.after ?? 0);
  let durable = 0;
  let running = false;
  let [toldAt, saveAt, savedAfter] = [-Infinity, performance.now() + SAVE_MS, saved?.after ?? -1];
  let told = '';
  let later: NodeJS.Timeout | null = null;

  function step(): void {
    try {
      endWhenOrphaned();
      const until = performance.now() + SLICE_MS;
      let more = judge !== null && judge.over() === null;
      while (more && performance.now() < until) more = judgeNext(tail, judge, durable);
      if (judge === null)
        return tell({ kind: 'judged', through: tail.after, whole: true, over: 'engine-changed' });
      if (savedAfter < tail.after && (performance.now() >= saveAt || judge.over() !== null)) save(judge);
      running = more;
      report(judge, !more);
      if (more) setImmediate(step);
    } catch (cause) {
      fail(cause);
    }
  }

  /** What it found is told every TELL_MS at most; what is left untold then is told when that is over. */
  function report(one: ShadowJudge, whole: boolean): void {
    const isTime = performance.now() - toldAt >= TELL_MS || one.over() !== null;
    if (!whole && !isTime) return;
    const message = { kind: 'judged', through: tail.after, whole, over: one.over() } as const;
    if (!isTime) {
      later ??= setTimeout(() => {
        later = null;
        report(one, !running);
      }, TELL_MS);
      return tell(message);
    }
    toldAt = performance.now();
    const outcome = one.outcome();
    const isNew = JSON.stringify(outcome) !== told;
    told = isNew ? JSON.stringify(outcome) : told;
    tell(isNew ? { ...message, outcome } : message);
  }

  function save(one: ShadowJudge): void {
    const from = performance.now();
    const state: State = { after: tail.after, judge: one.save() };
    replace(join(folder, OUTCOME_FILE), Buffer.from(JSON.stringify(one.outcome())));
    replace(join(folder, STATE_FILE), serialize(state));
    const now = performance.now();
    saveAt = now + Math.max(SAVE_MS, (now - from) * SAVE_SHARE);
    savedAfter = tail.after;
  }

  return {
    goOn(through: number) {
      durable = through;
      if (running) return;
      running = true;
      step();
    },
  };
}

/** False when there is nothing more to judge now. */
function judgeNext(tail: RecordTail, judge: ShadowJudge | null, durable: number): boolean {
  if (judge === null) return false;
  const step = tail.next(durable);
  if (step.kind === 'end') return false;
  if (step.kind === 'gone') {
    judge.missed();
    tail.after = step.resumeAfter;
    return true;
  }
  const { payload } = step.block;
  judge.take({ rows: decodeRows(payload), events: parseEvents(eventBytesOf(payload)) });
  return judge.over() === null;
}

/** Null before the first time, and when a power cut left nothing whole. */
function savedIn(folder: string): State | null {
  const path = join(folder, STATE_FILE);
  return existsSync(path) ? deserialize(readFileSync(path)) : null;
}

/** Whole or not at all; the name is this process's own, for one that is being orphaned may write too. */
function replace(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.${process.pid}`;
  const file = openSync(fresh, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}

function endWhenOrphaned(): void {
  if (process.ppid !== starter) process.exit();
}

function fail(cause: unknown): void {
  const detail = cause instanceof Error ? cause.message : String(cause);
  process.send?.({ kind: 'failed', detail } satisfies Failed, undefined, undefined, () => process.exit(1));
}

function tell(message: FromShadow): void {
  process.send?.(message);
}
