/**
 * The flows' process as the platform holds it: started without environment, secrets, file or network rights, read at a
 * limited pace, killed as soon as it breaks the framing. Nothing it does can make the platform's main thread busy.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '#domain/clock.ts';
import { createFrameReader, encodeFrame, FRAME, MESSAGE_MAX_BYTES, SAVE_MAX_BYTES } from './frames.ts';
import type { ToFlows } from './messages.ts';
import type { FlowsChild, StartChild } from './supervisor.ts';

const ROOT = dirname(import.meta.dirname);
/** All the process may read of the disk; it may write nothing. */
const READABLE = ['node_modules', 'node-red', 'domain', 'package.json'].map((name) => join(ROOT, name));
const HEAP_MAX_MB = 256;
const PAGE_BYTES = 4_096;
/**
 * Memory beside the heap (buffers) has no bound in Node, and a gigabyte is filled in a second: the kernel refuses more
 * than this. Measured: Node itself takes 580 MB of it before it runs anything, most of that never touched.
 */
const BOUNDED = 'ulimit -d 1250000; exec "$0" "$@"';
/** Read from it at most so much in each stretch; the rest waits on its side. */
const STRETCH_MS = 100;
const STRETCH_BYTES = { pipe: 256 * 1024, log: 8 * 1024 } as const;

/** Whether `directory` lies where flows can read: then they must not run. */
export const isReadableByFlows = (directory: string): boolean =>
  READABLE.some((path) => {
    const way = relative(path, directory);
    return way === '' || !way.startsWith('..');
  });

/** `log` gets what the process prints, in pieces of at most a few kilobytes. */
export function childStarter(clock: Clock, log: (text: string) => void): StartChild {
  return (events) => {
    const script = join(import.meta.dirname, 'child.ts');
    const child = spawn('/bin/sh', ['-c', BOUNDED, process.execPath, ...permissions(), script], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { NODE_ENV: 'production', LANG: 'zh_CN.UTF-8', ...zone() },
      cwd: import.meta.dirname,
    });
    const pipe = child.stdio[3] as Readable & Writable;
    let reason: string | null = null;
    let over = false;
    const kill = (why: string): void => {
      reason ??= why;
      child.kill('SIGKILL');
    };
    const end = (why: string): void => {
      if (over) return;
      over = true;
      for (const stop of stops) stop();
      pipe.destroy();
      events.ended(reason ?? why);
    };
    const read = createFrameReader(
      { [FRAME.message]: MESSAGE_MAX_BYTES, [FRAME.save]: SAVE_MAX_BYTES },
      (kind, body) => (kind === FRAME.message ? events.message(body) : events.save(body)),
    );
    const stops = [
      paced(clock, pipe, STRETCH_BYTES.pipe, (chunk) => {
        if (over || reason !== null) return;
        try {
          read(chunk);
        } catch (cause) {
          kill(`broke the framing: ${cause instanceof Error ? cause.message : String(cause)}`);
        }
      }),
      ...[child.stdout as Readable, child.stderr as Readable].map((stream) =>
        paced(clock, stream, STRETCH_BYTES.log, (chunk) => log(chunk.toString('utf8', 0, STRETCH_BYTES.log))),
      ),
    ];
    // A process that is gone says so by its end; what could not be written to it is lost with it.
    pipe.on('error', () => kill('its pipe broke'));
    child.on('error', (cause) => end(cause.message));
    child.on('exit', (code, signal) => end(signal === null ? `ended with ${code}` : `killed by ${signal}`));
    const { pid = 0 } = child;
    if (pid !== 0) sacrifice(pid, log);
    return { ...handle(pipe, pid, kill), yieldToOthers: () => yieldTo(pid, log) };
  };
}

function handle(pipe: Writable, pid: number, kill: (why: string) => void): Omit<FlowsChild, 'yieldToOthers'> {
  return {
    pid,
    send: (message: ToFlows) => void pipe.write(encodeFrame(FRAME.message, JSON.stringify(message))),
    drained: () => pipe.writableLength === 0,
    residentBytes() {
      try {
        return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
      } catch {
        // Gone, or not Linux: the heap's own bound remains.
        return 0;
      }
    },
    kill,
  };
}

const permissions = (): string[] => [
  '--permission',
  ...READABLE.map((path) => `--allow-fs-read=${path}`),
  `--max-old-space-size=${HEAP_MAX_MB}`,
  '--disable-warning=SecurityWarning',
];

/** So that times in flows are the city's. */
function zone(): { TZ: string } {
  return { TZ: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

/** A third of the weight of an ordinary process; at the lowest it would starve on a busy machine and look stuck. */
const NICE = 5;

/** Everything else runs first. */
function yieldTo(pid: number, log: (text: string) => void): void {
  try {
    setPriority(pid, NICE);
  } catch (cause) {
    log(`flows run at ordinary priority: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** When memory is short the kernel takes this one first. */
function sacrifice(pid: number, log: (text: string) => void): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch (cause) {
    log(`flows may outlive others when memory is short: ${String(cause)}`);
  }
}

/** Reads `stream` at most `bytes` (and one chunk) in each stretch; returns what ends it. */
function paced(clock: Clock, stream: Readable, bytes: number, take: (chunk: Buffer) => void): () => void {
  let left = bytes;
  let cancel: (() => void) | null = null;
  stream.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    take(chunk);
    cancel ??= clock.after(STRETCH_MS, () => {
      cancel = null;
      left = bytes;
      stream.resume();
    });
    if (left <= 0) stream.pause();
  });
  return () => cancel?.();
}
