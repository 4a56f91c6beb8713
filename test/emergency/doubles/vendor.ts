/**
 * A vendor on loopback: keeps what it took, and misbehaves when told to (limits, 5xx, hanging, torn sockets). Each kind
 * of vendor checks a request by code of its own, written from the vendor's documentation and not from ours.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Taken = {
  readonly at: number;
  readonly text: string;
  readonly to: string;
  readonly body: unknown;
};
export type Mood = 'well' | 'limited' | 'broken' | 'hanging' | 'torn' | 'refusing';

export type Vendor = {
  readonly url: string;
  readonly taken: Taken[];
  /** Requests that failed the vendor's own check, with why. */
  readonly rejected: string[];
  /** All requests that arrived whole, whatever became of them. */
  asked(): number;
  mood: Mood;
  /** Called when a message was taken, before the answer leaves; a promise holds the answer back. */
  onTaken: ((taken: Taken) => void | Promise<void>) | null;
  close(): Promise<void>;
};

/** What one kind of vendor makes of a request: the message, or why it is refused, and its answers. */
export type Manners = {
  check(request: {
    url: URL;
    headers: IncomingMessage['headers'];
    body: string;
  }): { text: string; to: string } | string;
  yes(count: number): unknown;
  no(why: string): unknown;
  limited(): { status: number; body: unknown; headers?: Record<string, string> };
  refuse(): unknown;
};

export async function openVendor(manners: Manners): Promise<Vendor> {
  let asked = 0;
  const vendor: { -readonly [K in keyof Vendor]: Vendor[K] } = {
    url: '',
    taken: [],
    rejected: [],
    asked: () => asked,
    mood: 'well',
    onTaken: null,
    close: () => closed(server),
  };
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      asked += 1;
      await treat(request, response, body);
    });
  });

  async function treat(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    if (vendor.mood === 'hanging') return;
    if (vendor.mood === 'torn') return void request.socket.destroy();
    if (vendor.mood === 'broken') return say(response, 502, '<html>bad gateway</html>');
    if (vendor.mood === 'limited') {
      const { status, body: text, headers } = manners.limited();
      return say(response, status, text, headers);
    }
    if (vendor.mood === 'refusing') return say(response, 200, manners.refuse());
    const url = new URL(request.url ?? '/', 'http://vendor');
    const verdict = manners.check({ url, headers: request.headers, body });
    if (typeof verdict === 'string') {
      vendor.rejected.push(verdict);
      return say(response, 200, manners.no(verdict));
    }
    const taken = { at: Date.now(), ...verdict, body: parsed(body) };
    vendor.taken.push(taken);
    await vendor.onTaken?.(taken);
    say(response, 200, manners.yes(vendor.taken.length));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return vendor;
}

function say(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
