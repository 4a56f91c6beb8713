/**
 * Keeps the flows' process alive: started again with back-off when it ends, is stuck, or grows beyond its memory; with
 * its flows stopped (safe mode) when they bring it down again and again, so that a person can still open and mend them.
 */
import type { Clock } from '#domain/clock.ts';
import type { FlowsText, FromFlows, ToFlows } from './messages.ts';
import { parseFromFlows } from './parse-message.ts';

/** Measured: 1.5 s; 4 s on a busy machine, 40 s on one that is overloaded ten times. */
const START_MAX_MS = 120_000;
const PING_EVERY_MS = 2_000;
/** A function node may block for 2 s, and the machine may be busy; this is stuck. */
const SILENT_MAX_MS = 20_000;
const RESIDENT_MAX_BYTES = 768 * 1024 * 1024;
const BACK_OFF_FIRST_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;
/** Up for so long = the row of failures is over. */
const STEADY_MS = 60_000;
/** So many failures within this time = the flows themselves are at fault. */
const FAILURES_MAX = 3;
const FAILURES_WITHIN_MS = 900_000;

/** One running process; the edge in host-pipe.ts, a fake in tests. */
export interface FlowsChild {
  readonly pid: number;
  send(message: ToFlows): void;
  /** Nothing waits to be written: the process reads what it is sent. */
  drained(): boolean;
  /** 0 when it cannot be told. */
  residentBytes(): number;
  /** From now on the kernel runs everything else first. */
  yieldToOthers(): void;
  /** Ends it at once; `ended` follows with this reason. */
  kill(why: string): void;
}

/** Starts a process; `message` and `save` bring whole frames, `ended` comes once. */
export type StartChild = (events: {
  message(body: string): void;
  save(body: string): void;
  ended(reason: string): void;
}) => FlowsChild;

export type FlowsState = 'starting' | 'up' | 'safe-mode' | 'down' | 'stopped';

export type Supervisor = {
  start(): void;
  state(): FlowsState;
  /** Port of the editor on loopback; null while nobody answers there. */
  port(): number | null;
  /** Why it is not as it should be; null when all is well. */
  trouble(): string | null;
  starts(): number;
  pid(): number | null;
  send(message: ToFlows): void;
  /** True while it is up and takes what it is sent. */
  drained(): boolean;
  /** Other flows were deployed or restored: they deserve a fresh start. */
  flowsChanged(): void;
  stop(): void;
};

export function createSupervisor(parts: {
  readonly clock: Clock;
  readonly startChild: StartChild;
  readonly credentialSecret: string;
  /** The flows to run, newest version; asked for at each start. */
  readonly flows: () => Promise<FlowsText>;
  /** Everything the process says but pongs. */
  readonly message: (message: FromFlows) => void;
  readonly save: (body: string) => void;
  /** The state or the trouble has changed. */
  readonly changed: () => void;
}): Supervisor {
  const { clock } = parts;
  let state: FlowsState = 'down';
  let child: FlowsChild | null = null;
  let port: number | null = null;
  let trouble: string | null = null;
  let safeMode = false;
  let starts = 0;
  let row = 0;
  let failures: number[] = [];
  let heardAt = 0;
  let upAt = 0;
  let cancel = (): void => {};

  function become(next: FlowsState): void {
    state = next;
    parts.changed();
  }

  function start(): void {
    if (state === 'stopped') return;
    starts += 1;
    become('starting');
    parts.flows().then(run, (cause: unknown) => failed(`no flows from the ledger: ${String(cause)}`));
  }

  function run(flows: FlowsText): void {
    if (state !== 'starting') return;
    const own: FlowsChild = parts.startChild({
      message: (body) => child === own && take(body),
      save: (body) => child === own && parts.save(body),
      ended: (reason) => child === own && failed(reason),
    });
    child = own;
    own.send({ kind: 'start', flows, credentialSecret: parts.credentialSecret, safeMode });
    cancel = clock.after(START_MAX_MS, () => own.kill('did not start in time'));
  }

  function take(body: string): void {
    const message = parseFromFlows(body);
    if (message === null) return child?.kill('said something unknown');
    heardAt = clock.monotonicMs();
    if (message.kind === 'pong') return;
    if (message.kind === 'failed') return child?.kill(`failed: ${message.detail}`);
    if (message.kind === 'ready') return ready(message);
    parts.message(message);
  }

  function ready({ port: opened, missing }: Extract<FromFlows, { kind: 'ready' }>): void {
    if (state !== 'starting') return;
    if (missing.length > 0) return child?.kill(`node types are missing: ${missing.join(', ')}`);
    cancel();
    port = opened;
    child?.yieldToOthers();
    upAt = clock.monotonicMs();
    cancel = clock.after(PING_EVERY_MS, look);
    if (safeMode) trouble = `the flows are stopped: they failed ${FAILURES_MAX} times (${trouble ?? ''})`;
    else trouble = null;
    become(safeMode ? 'safe-mode' : 'up');
  }

  function look(): void {
    cancel = clock.after(PING_EVERY_MS, look);
    const now = clock.monotonicMs();
    if (now - heardAt > SILENT_MAX_MS) return child?.kill('does not answer: a flow keeps it busy');
    const resident = child?.residentBytes() ?? 0;
    if (resident > RESIDENT_MAX_BYTES) return child?.kill(`uses ${resident >> 20} MiB of memory`);
    if (now - upAt > STEADY_MS) row = 0;
    child?.send({ kind: 'ping', number: now });
  }

  function failed(reason: string): void {
    cancel();
    child = null;
    port = null;
    if (state === 'stopped') return;
    const now = clock.monotonicMs();
    failures = [...failures.filter((at) => now - at < FAILURES_WITHIN_MS), now];
    safeMode = failures.length >= FAILURES_MAX;
    trouble = reason;
    cancel = clock.after(Math.min(BACK_OFF_FIRST_MS * 2 ** row, BACK_OFF_MAX_MS), start);
    row += 1;
    become('down');
  }

  return {
    start,
    state: () => state,
    port: () => port,
    trouble: () => trouble,
    starts: () => starts,
    pid: () => child?.pid ?? null,
    send: (message) => void (port !== null && child?.send(message)),
    drained: () => port !== null && child !== null && child.drained(),
    flowsChanged() {
      failures = [];
      row = 0;
      safeMode = false;
      if (state !== 'safe-mode') return;
      trouble = null;
      become('up');
    },
    stop() {
      state = 'stopped';
      cancel();
      child?.kill('the platform stops');
      child = null;
      port = null;
    },
  };
}
