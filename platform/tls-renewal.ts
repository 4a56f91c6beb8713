/**
 * Certificates are renewed beside a running platform: their files are looked at once a minute, and what is new there
 * serves the handshakes from then on. Files and not a signal: whatever renews them needs to know nothing of us, and a
 * signal to the starter would be one more thing to forget. While new files do not fit (a renewal writes one after the
 * other), those before them stay in force; if that lasts, or the certificate nears its end, a person is told.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Alarm } from '#domain/alarm.ts';
import type { Clock } from '#domain/clock.ts';
import type { TlsFiles, TlsSetting } from '#config';

export type TlsRenewal = { stop(): void };

const LOOK_EVERY_MS = 60_000;
/** Looks at files that do not fit before somebody is told. */
const BAD_LOOKS_MAX = 3;
const EXPIRY_WARNING_DAYS = 14;
const DAY_MS = 86_400_000;
const ALARM = 'tls-certificate';

export function renewTls(parts: {
  readonly tls: TlsSetting | null;
  readonly clock: Clock;
  /** Journals a change of the condition `tls-certificate`. */
  readonly condition: (active: boolean, detail: Record<string, string | number>) => void;
  readonly openAlarms: readonly Alarm[];
  /** Puts them in force; throws when it cannot. */
  readonly apply: (files: TlsFiles) => void;
}): TlsRenewal {
  const { tls, clock } = parts;
  let told = parts.openAlarms.some(({ rule, active }) => rule === ALARM && active);
  if (tls === null) {
    if (told) parts.condition(false, {});
    return { stop: () => {} };
  }
  const { read, ...first } = tls;
  let inForce: TlsFiles = first;
  let badLooks = 0;
  let trouble: string | null = null;
  let cancel = (): void => {};

  function say(problem: string | null): void {
    if ((problem !== null) === told) return;
    told = problem !== null;
    parts.condition(told, problem === null ? {} : { problem });
  }

  function takeNew(): void {
    try {
      const found = read();
      if (!isSame(found, inForce)) {
        createSecureContext(found);
        parts.apply(found);
        inForce = found;
      }
      badLooks = 0;
      trouble = null;
    } catch (cause) {
      badLooks += 1;
      trouble = cause instanceof Error ? cause.message : String(cause);
    }
  }

  function look(): void {
    cancel = clock.after(LOOK_EVERY_MS, look);
    takeNew();
    say(badLooks >= BAD_LOOKS_MAX ? `not usable: ${trouble}` : expiry(inForce.cert, clock.wallMs()));
  }

  look();
  return { stop: () => cancel() };
}

const isSame = (a: TlsFiles, b: TlsFiles): boolean => a.cert === b.cert && a.key === b.key && a.ca === b.ca;

/** What is to be said about its end; null while that is far. */
function expiry(cert: string, now: number): string | null {
  const until = Date.parse(new X509Certificate(cert).validTo);
  if (until - now > EXPIRY_WARNING_DAYS * DAY_MS) return null;
  const day = new Date(until).toISOString().slice(0, 10);
  return until > now ? `expires on ${day}` : `expired on ${day}`;
}
