/** What the watchdog is told by its environment; it shares no code with the platform, so it reads its own three names. */
import type { Bounds } from './judgement.ts';
import type { Means } from './tell.ts';

export type Settings = { readonly target: URL; readonly means: Means; readonly bounds: Bounds };

const NAMES = ['URL', 'WEBHOOK', 'COMMAND'].map((name) => `LIFELINE_WATCHDOG_${name}`);
const BOUNDS: Bounds = { patienceMs: 10_000, firstPatienceMs: 60_000, againMs: 300_000 };

/** Throws what is wrong with a setting, by its name. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const ours = Object.keys(env).filter((name) => name.startsWith('LIFELINE_WATCHDOG_'));
  const unknown = ours.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown}: no such setting`);
  const scheme = env['LIFELINE_TLS_CERT'] === undefined ? 'http' : 'https';
  const usual = `${scheme}://127.0.0.1:${env['LIFELINE_HTTP_PORT'] ?? '8080'}/api/v1/health`;
  const webhook = env['LIFELINE_WATCHDOG_WEBHOOK'];
  return {
    target: readUrl('LIFELINE_WATCHDOG_URL', env['LIFELINE_WATCHDOG_URL'] ?? usual),
    means: {
      webhook: webhook === undefined ? null : readUrl('LIFELINE_WATCHDOG_WEBHOOK', webhook),
      command: env['LIFELINE_WATCHDOG_COMMAND'] ?? null,
    },
    bounds: BOUNDS,
  };
}

function readUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error(`${name}: not an http address: ${value}`);
  return url;
}
