/**
 * Record log -> InfluxDB. One step at a time: prepare, take what waits, send it, move the cursor; when nothing waits,
 * send again what must be, and compare counts. A step never throws for the server's sake: it says how long to wait.
 * The journal and the record log know nothing of this (invariant 12): what leaves the log unsent is refilled.
 */
import type { Disk } from '../disk.ts';
import { backoffMs } from './answer-policy.ts';
import { Backlog } from './backlog.ts';
import { type Batch, BatchSource } from './batch-source.ts';
import { Comparison } from './comparison.ts';
import { DEAD_LETTERS_MAX, DeadLetters, letterId } from './dead-letters.ts';
import { deliver, type Delivered, type DeliveryPorts, type OutLine, type RefusedLine } from './delivery.ts';
import { createInfluxReader, type InfluxReader } from './influx-reader.ts';
import type { InfluxPace, InfluxState, InfluxStatus } from './influx-status.ts';
import { HOUR_MS, hourOf, Placement, type StoredHours } from './placement.ts';
import { prepare } from './preparation.ts';
import type { InfluxTarget, Profile } from './profile.ts';
import { Refill } from './refill.ts';
import { SavedState } from './saved-state.ts';
import type { InfluxHttp } from './transport.ts';

export type ForwarderParts = {
  readonly disk: Disk;
  /** Data directory: the log in `records/`, ours in `influx/`. */
  readonly directory: string;
  readonly target: InfluxTarget;
  readonly http: InfluxHttp;
  readonly stored: StoredHours;
  /** Point ids by index. A row whose point is not among them yet waits. */
  readonly names: () => readonly (string | undefined)[];
  readonly clock: { wallMs(): number; monotonicMs(): number };
  /** In [0, 1). */
  readonly chance: () => number;
  readonly pace: InfluxPace;
};

type Held = Delivered & { kind: 'wait' | 'pause' };

const IDLE_MS = 1_000;
const MINUTE_MS = 60_000;
/** Rows waiting at which being behind is told although the server takes them. */
const BEHIND_ROWS = 50_000;

export class Forwarder {
  readonly dead: DeadLetters;
  readonly reader: InfluxReader;
  readonly #parts: ForwarderParts;
  readonly #state: SavedState;
  readonly #backlog: Backlog;
  readonly #refill: Refill;
  readonly #source: BatchSource;
  readonly #comparison: Comparison;
  #durable: number;
  /** No cursor, or one beyond the log's end, which then was put back from a backup. */
  readonly #anew: boolean;
  #profile: Profile | null = null;
  #batch: Batch | null = null;
  #held: { readonly kind: 'waiting' | 'paused'; readonly why: string; readonly until: number } | null = null;
  #readingTrouble: string | null = null;
  #failures = 0;
  #refusedAt: number[] = [];
  #savedAt = -Infinity;
  #compareAt: number;
  #counts = { expired: 0, written: 0, short: 0 };
  #lastWriteAt: number | null = null;
  #comparedAt: number | null = null;

  /** Opens cursor and dead letters. `durable` = the record log's end. Throws the disk's errors. */
  constructor(parts: ForwarderParts, durable: number) {
    const { disk, directory, stored, clock, names, pace, target, http } = parts;
    this.#parts = parts;
    this.#durable = durable;
    const state = new SavedState(disk, `${directory}/influx`);
    this.#state = state;
    this.#anew = state.fresh || state.cursor.through > durable;
    this.dead = new DeadLetters(disk, `${directory}/influx/dead-letters.ndjson`);
    this.reader = createInfluxReader(http, target.bucket);
    const { wallMs } = clock;
    this.#backlog = new Backlog(disk, `${directory}/records`, state, wallMs);
    this.#refill = new Refill(state, stored);
    const { reader, dead } = this;
    const [backlog, refill, placement] = [this.#backlog, this.#refill, new Placement(stored)];
    const sourceParts = { backlog, refill, placement, names, wallMs, linesMax: pace.linesMax };
    this.#source = new BatchSource(sourceParts, pace.bytesMax);
    this.#comparison = new Comparison({ state, stored, reader, names, dead });
    this.#compareAt = clock.monotonicMs() + pace.settleMs;
  }

  /** The record log is durable through here. */
  durable(through: number): void {
    this.#durable = Math.max(this.#durable, through);
  }

  /** Does one thing; gives the milliseconds until the next is due. Rejects for the disk's and the store's errors. */
  async step(): Promise<number> {
    if (this.#anew && this.#savedAt === -Infinity) await this.#takeUp();
    const leftMs = (this.#held?.until ?? 0) - this.#parts.clock.monotonicMs();
    const waitMs = leftMs > 0 ? leftMs : await this.#act();
    const more = this.#backlog.lookAhead(this.#durable);
    this.#save(false);
    return more ? 0 : Math.min(waitMs, IDLE_MS);
  }

  /** Sends one dead letter again. */
  async retry(id: string): Promise<'stored' | 'refused' | 'unavailable' | 'unknown'> {
    const letter = this.dead.get(id);
    if (letter === undefined) return 'unknown';
    const line = { text: letter.line, position: letter.position, pointIndex: -1, time: 0 };
    const delivered = await deliver([line], this.#ports());
    if (delivered.kind !== 'done') return 'unavailable';
    if (delivered.refused.length > 0) return 'refused';
    this.dead.remove(id);
    return 'stored';
  }

  status(): InfluxStatus {
    const { cursor, refill, wholeHours } = this.#state;
    const behind = this.#held !== null || this.#backlog.rows > BEHIND_ROWS;
    return {
      profile: this.#profile?.name ?? null,
      state: this.#stateName(),
      reason: this.#held?.why ?? null,
      readingTrouble: this.#readingTrouble,
      cursorPosition: cursor.through,
      backlogRows: (this.#batch?.lines ?? 0) + this.#backlog.rows,
      refillHours: refill.count + wholeHours.length,
      behindSince: this.#source.refillSince ?? (behind ? (this.#batch?.since ?? null) : null),
      deadLetters: this.dead.size,
      expiredLines: this.#counts.expired,
      writtenLines: this.#counts.written,
      lastWriteAt: this.#lastWriteAt,
      short: this.#counts.short,
      comparedAt: this.#comparedAt,
    };
  }

  /** Writes down where it stands. */
  close(): void {
    this.#save(true);
  }

  /** InfluxDB is new to this data: all that the embedded store has goes there too, and the log from here on. */
  async #takeUp(): Promise<void> {
    const through = this.#durable;
    this.#state.wholeHours = await this.#parts.stored.hours();
    this.#backlog.startAfter(through);
    this.#save(true);
  }

  #stateName(): InfluxState {
    if (this.#held !== null) return this.#held.kind;
    if (this.#profile === null) return 'connecting';
    return this.#refill.left ? 'refilling' : 'writing';
  }

  async #act(): Promise<number> {
    // Taken before the server is known to be there: so it is told how long its oldest row waits.
    this.#batch ??= await this.#source.next(this.#durable);
    if (this.#profile === null) {
      const { http, target } = this.#parts;
      const prepared = await prepare(http, target, (profile) => this.#ports(profile));
      if (prepared.kind !== 'ready') return this.#hold(prepared);
      this.#profile = prepared.profile;
      this.#readingTrouble = prepared.readingTrouble;
      this.#release();
    }
    if (this.#batch === null) return this.#compare();
    const held = await this.#send(this.#batch);
    if (held !== null) return this.#hold(held);
    this.#batch = null;
    return 0;
  }

  /** Null = all of it is stored, or kept as dead letters. */
  async #send({ requests, after }: Batch): Promise<Held | null> {
    for (const lines of requests) {
      const delivered = await deliver(lines, this.#ports());
      if (delivered.kind !== 'done') return delivered;
      const full = this.#bury(delivered.refused);
      if (full !== null) return full;
      if (delivered.tooLarge) this.#source.bytesMax = Math.max(10_000, this.#source.bytesMax / 2);
      this.#settle(lines, new Set([...delivered.refused.map(({ line }) => line), ...delivered.expired]));
      for (const { time } of delivered.expired) this.#state.expiredHours.add(hourOf(time));
      this.#counts.expired += delivered.expired.length;
      this.#release();
    }
    if ('cursor' in after) this.#state.cursor = after.cursor;
    else this.#refill.done(after.slice);
    if (!this.#refill.left) this.#source.refillSince = null;
    if (this.#backlog.rows === 0) this.#state.waiting.clear();
    return null;
  }

  #settle(lines: readonly OutLine[], not: ReadonlySet<OutLine>): void {
    for (const line of lines) {
      if (!not.has(line)) this.#state.written.add(Math.floor(line.time / HOUR_MS), line.pointIndex);
    }
    this.#counts.written += lines.length - not.size;
    this.#lastWriteAt = this.#parts.clock.wallMs();
  }

  /** Refused lines are on disk before the cursor moves on. */
  #bury(refused: readonly RefusedLine[]): Held | null {
    if (refused.length === 0) return null;
    if (this.dead.size + refused.length > DEAD_LETTERS_MAX) {
      return { kind: 'pause', why: `${this.dead.size} dead letters wait for a person: no more are taken` };
    }
    const firstSeenAt = this.#parts.clock.wallMs();
    const letters = refused.map(({ line, status, serverText }) => {
      const { text, position } = line;
      return { id: letterId(text), line: text, status, serverText, firstSeenAt, position };
    });
    this.dead.add(letters);
    const now = this.#parts.clock.monotonicMs();
    this.#refusedAt.push(...letters.map(() => now));
    return null;
  }

  async #compare(): Promise<number> {
    const { clock, pace } = this.#parts;
    const now = clock.monotonicMs();
    if (this.#readingTrouble !== null || now < this.#compareAt || this.#state.written.empty) return IDLE_MS;
    const compared = await this.#comparison.run(clock.wallMs() - pace.settleMs);
    const again = compared === null || compared.suspected > 0;
    this.#compareAt = now + (again ? pace.settleMs : pace.compareEveryMs);
    if (compared === null) return IDLE_MS;
    // A first suspicion says nothing yet, neither way.
    if (compared.short > 0 || compared.suspected === 0) this.#counts.short = compared.short;
    this.#comparedAt = clock.wallMs();
    return 0;
  }

  #hold(held: Held): number {
    const { chance, pace, clock } = this.#parts;
    const waits = held.kind === 'wait';
    const ms = waits ? Math.max(backoffMs(this.#failures, chance()), held.afterMs ?? 0) : pace.probeMs;
    this.#failures = waits ? this.#failures + 1 : 0;
    this.#held = { kind: waits ? 'waiting' : 'paused', why: held.why, until: clock.monotonicMs() + ms };
    return ms;
  }

  #release(): void {
    this.#held = null;
    this.#failures = 0;
  }

  #ports(profile = this.#profile): DeliveryPorts {
    const { http, target, clock } = this.#parts;
    const path = profile?.writePath(target) ?? '';
    return {
      wallMs: clock.wallMs,
      write: (body) => http.ask({ method: 'POST', path, body }),
      refusedLately: () => {
        const from = clock.monotonicMs() - MINUTE_MS;
        this.#refusedAt = this.#refusedAt.filter((at) => at > from);
        return this.#refusedAt.length;
      },
    };
  }

  #save(now: boolean): void {
    const at = this.#parts.clock.monotonicMs();
    if (!now && at - this.#savedAt < this.#parts.pace.saveEveryMs) return;
    this.#savedAt = at;
    this.#state.save(this.#held !== null || this.#backlog.rows > 0);
  }
}
