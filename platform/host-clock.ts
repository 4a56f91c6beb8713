/** The real clocks of this machine. */
import { readFileSync } from 'node:fs';
import type { Clock } from '#domain/clock.ts';

export function hostClock(): Clock {
  const boot = readBootId();
  const startedMs = Number(process.hrtime.bigint() / 1_000n) / 1_000 - performance.now();
  return {
    wallMs: () => Date.now(),
    // Linux: CLOCK_MONOTONIC, counted from boot, so two runs of the same boot can be compared. `performance.now` is the
    // same clock counted from the start of the process, and costs no big integer each time.
    monotonicMs: () => startedMs + performance.now(),
    bootId: () => boot,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** The kernel's name for this boot; elsewhere one that no other start shares, so gaps are measured by the wall clock. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `start-${Date.now()}-${process.pid}`;
  }
}
