/** What a channel is to the sender, and how each speaks HTTP: one request, one honest word about what came of it. */
import type { ChannelKind } from '#domain/notification.ts';
import type { Colour } from '#domain/colour.ts';

/** One message to one person, ready to be sent. */
export type Message = {
  /** The notification's id: the same in every attempt, so that a vendor who can may drop the second. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** The person's page for this alarm; null in a test. */
  readonly link: string | null;
  readonly colour: Colour;
  readonly name: string;
  readonly phone: string;
  /** The person's address on this channel; their phone when the list gives none. */
  readonly address: string;
};

export type Sent =
  /** The vendor took it. `reference` is the vendor's id of it, named again in receipts. */
  | { readonly kind: 'accepted'; readonly reference: string | null }
  /** `permanent`: this person cannot be reached over this channel. `pauseMs`: the channel wants to be left alone so long. */
  | {
      readonly kind: 'refused';
      readonly permanent: boolean;
      readonly detail: string;
      readonly pauseMs?: number;
    };

export type Channel = {
  readonly id: string;
  readonly kind: ChannelKind;
  /** The vendor's limit; messages beyond it wait here. */
  readonly perMinute: number;
  /** Never rejects: a network that fails is a refusal that passes. `signal` ends a hanging request. */
  send(message: Message, signal: AbortSignal): Promise<Sent>;
};

export const accepted = (reference: string | null = null): Sent => ({ kind: 'accepted', reference });
export const failed = (detail: string, pauseMs?: number): Sent => ({
  kind: 'refused',
  permanent: false,
  detail: cut(detail),
  ...(pauseMs === undefined ? {} : { pauseMs }),
});
export const unreachable = (detail: string): Sent => ({
  kind: 'refused',
  permanent: true,
  detail: cut(detail),
});

/** A vendor's answer may be a whole page; what is journaled of it is a line. */
const DETAIL_MAX = 200;
const cut = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, DETAIL_MAX);

/** Answers longer than this are not read. */
const ANSWER_MAX_BYTES = 64 * 1024;

export type HttpAnswer = { readonly status: number; readonly body: unknown; readonly text: string };

/** Posts `body`; hands a 2xx to `judge` and says itself what every other answer, or none, means. */
export async function post(
  request: {
    readonly url: string;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
  judge: (answer: HttpAnswer) => Sent,
): Promise<Sent> {
  const { url, body, headers, signal } = request;
  try {
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' });
    const text = await boundedText(response);
    if (response.ok) return judge({ status: response.status, body: parsed(text), text });
    const detail = `HTTP ${response.status} ${text}`;
    return failed(detail, pauseAsked(response.status, response.headers.get('retry-after')));
  } catch (cause) {
    return failed(signal.aborted ? 'no answer in time' : whyNot(cause));
  }
}

export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' } as const;

/** A 429 without a time asks for a minute: every vendor here counts by the minute. */
const PAUSE_MS = 60_000;
const PAUSE_MAX_MS = 10 * 60_000;

function pauseAsked(status: number, retryAfter: string | null): number | undefined {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds * 1_000, PAUSE_MAX_MS);
  return status === 429 ? PAUSE_MS : undefined;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function whyNot(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}

/** Field of a vendor's JSON answer by name; undefined when it has none. */
export const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;

/** A robot's verdict: a number that is 0 when it took the message. `limited` are its codes for "too many". */
export function judgeRobot(body: unknown, codeName: string, limited: readonly number[]): Sent {
  const code = field(body, codeName);
  if (code === 0) return accepted();
  const detail = `${codeName} ${String(code)} ${String(field(body, 'errmsg') ?? field(body, 'msg') ?? '')}`;
  return failed(detail, typeof code === 'number' && limited.includes(code) ? PAUSE_MS : undefined);
}
