/**
 * HTTP to InfluxDB by the official client's transport: its token header, gzip and context path. Its own retry is not
 * used (it drops what it should keep), nor its time-out (it lets the request live on): a signal aborts ours.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { HttpAnswer } from './answer-policy.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
};

export interface InfluxHttp {
  /** Never rejects: what went wrong is an answer without status. */
  ask(request: HttpRequest): Promise<HttpAnswer>;
  /** Aborts what is on its way. */
  close(): void;
}

const TIMEOUT_MS = 10_000;
const GZIP_FROM_BYTES = 1_000;

/** `authorization` is the whole header, or null for none. */
export function openInfluxHttp(url: string, authorization: string | null): InfluxHttp {
  const agentOptions = { keepAlive: true, maxSockets: 2 };
  const agent = url.startsWith('https:') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const headers = authorization === null ? {} : { authorization };
  const { transport } = new InfluxDB({ url, headers, transportOptions: { agent } });
  const closing = new AbortController();
  return {
    async ask({
      method,
      path,
      body = '',
      contentType = 'text/plain; charset=utf-8',
      timeoutMs = TIMEOUT_MS,
    }) {
      let status: number | null = null;
      let sent: Record<string, string> = {};
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]);
      const options = {
        method,
        signal,
        gzipThreshold: GZIP_FROM_BYTES,
        headers: { 'content-type': contentType, accept: '*/*' },
      };
      try {
        const answer: unknown = await transport.request(path, body, options, (received, code) => {
          status = code ?? null;
          sent = plain(received);
        });
        return { status, text: textOf(answer), retryAfter: null, headers: sent };
      } catch (error) {
        if (error instanceof HttpError) {
          const { statusCode, body: text = '' } = error;
          return { status: statusCode, text, retryAfter: sent['retry-after'] ?? null, headers: sent };
        }
        return { status: null, text: reasonOf(error, signal), retryAfter: null, headers: sent };
      }
    },
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

const textOf = (answer: unknown): string =>
  typeof answer === 'string' ? answer : answer instanceof Uint8Array ? Buffer.from(answer).toString() : '';

function plain(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  );
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'timed out';
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
