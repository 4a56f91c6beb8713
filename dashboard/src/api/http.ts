/** The API as the console calls it. A refusal is a value, never an exception: every caller must show something for it. */

/** Why there is no answer. `status` 0 = the server could not be reached or did not answer in time. */
export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** The whole problem document, for members such as `alarm`. */
  readonly document: Readonly<Record<string, unknown>>;
};
export type Reply =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly problem: Problem };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Call = (method: Method, path: string, body?: unknown) => Promise<Reply>;

/** Longer than the server's own 2 s for a pending command, so that its word is heard. */
const TIMEOUT_MS = 10_000;
/** A city in one file takes its time on the line and in the registry. */
const FILE_TIMEOUT_MS = 180_000;

/**
 * Calls below `/api/v1`, known to the server by the session's cookie. A body is JSON, a Blob goes as it is by its own type. `refused` is told of every 401, so that one place
 * sends the person to the log-in page.
 */
export function createCall(refused: () => void): Call {
  return async (method, path, body) => {
    const headers = new Headers({ accept: 'application/json' });
    const file = body instanceof Blob ? body : null;
    if (body !== undefined) headers.set('content-type', file?.type ?? 'application/json');
    if (method !== 'GET') headers.set('idempotency-key', randomKey());
    const reply = await send(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(file === null ? TIMEOUT_MS : FILE_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: file ?? JSON.stringify(body) }),
    });
    if (!reply.ok && reply.problem.status === 401 && !path.startsWith('/session')) refused();
    return reply;
  };
}

/** Walks a list through its `next` cursors. Stops at `max` items, so that a vast registry cannot fill the page's memory. */
export async function listAll(call: Call, path: string, max: number): Promise<unknown[] | Problem> {
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const mark = path.includes('?') ? '&' : '?';
    const reply: Reply = await call(
      'GET',
      cursor === null ? path : `${path}${mark}cursor=${encodeURIComponent(cursor)}`,
    );
    if (!reply.ok) return reply.problem;
    const page = itemsOf(reply.body);
    items.push(...page);
    const next = field(reply.body, 'next');
    cursor = typeof next === 'string' && next !== '' && page.length > 0 ? next : null;
  } while (cursor !== null && items.length < max);
  return items;
}

/** The `items` of a list answer; an answer that is not a list has none. */
export function itemsOf(body: unknown): unknown[] {
  const items = Array.isArray(body) ? body : field(body, 'items');
  return Array.isArray(items) ? items : [];
}

export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function send(url: string, init: RequestInit): Promise<Reply> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    return failed(0, 'unreachable', String(cause), {});
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, body };
  const document = isRecord(body) ? body : {};
  const { code, detail, title } = document;
  return failed(
    response.status,
    typeof code === 'string' ? code : `http-${response.status}`,
    typeof detail === 'string' ? detail : typeof title === 'string' ? title : '',
    document,
  );
}

const failed = (status: number, code: string, detail: string, document: Record<string, unknown>): Reply => ({
  ok: false,
  problem: { status, code, detail, document },
});

/** Works without HTTPS too, where crypto.randomUUID does not exist. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
