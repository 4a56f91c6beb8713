/** One look at the platform, as anybody on the network could take it: its health, asked over HTTP. */
import { request as ask } from 'node:http';
import { request as askSecurely } from 'node:https';
import type { Look } from './judgement.ts';

const ANSWER_MS = 3_000;
const ANSWER_BYTES_MAX = 100_000;
/** The platform shows a sign of its alarm path every five seconds, whatever the field does. */
const QUIET_MAX_MS = 15_000;
/** By this name the platform knows that it is being watched. */
const NAME = 'lifeline-watchdog';

/** Never rejects: no answer is an answer. */
export function lookAt(url: URL): Promise<Look> {
  return new Promise((resolve) => {
    const options = {
      headers: { 'user-agent': NAME },
      timeout: ANSWER_MS,
      agent: false,
      rejectUnauthorized: false,
    };
    const call = url.protocol === 'https:' ? askSecurely(url, options) : ask(url, options);
    const bad = (detail: string): void => {
      resolve({ well: false, detail });
      call.destroy();
    };
    // The socket's own patience starts again with every byte; this one does not.
    const late = setTimeout(() => bad(`no answer within ${ANSWER_MS} ms`), ANSWER_MS);
    call.once('error', (cause) => bad(cause.message));
    call.once('close', () => clearTimeout(late));
    call.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
        if (text.length > ANSWER_BYTES_MAX) bad('an answer too long to be one');
      });
      answer.once('end', () => resolve(readHealth(text)));
      answer.once('error', (cause) => bad(cause.message));
    });
    call.end();
  });
}

/** Well unless it says that it fails, or cannot say when its alarm path last worked. */
export function readHealth(text: string): Look {
  const health = parse(text);
  const { status, quietMs } = health;
  if (typeof status !== 'string' || typeof quietMs !== 'number')
    return { well: false, detail: 'not a health answer' };
  if (quietMs > QUIET_MAX_MS)
    return { well: false, detail: `the alarm path has not worked for ${Math.round(quietMs / 1_000)} s` };
  return status === 'failing'
    ? { well: false, detail: `failing: ${reasonsOf(health)}` }
    : { well: true, detail: status };
}

function reasonsOf({ reasons }: Record<string, unknown>): string {
  const list: unknown[] = Array.isArray(reasons) ? reasons : [];
  return list.map((one) => (isRecord(one) ? String(one['code']) : '?')).join(', ');
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
