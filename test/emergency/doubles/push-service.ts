/**
 * A browser and its push service on loopback: the service checks who sends (VAPID, RFC 8292), the browser opens what was
 * sent (RFC 8291), each by code of its own.
 */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openOffice } from '../../broker/certificate-office.ts';

const AHEAD_MAX_S = 24 * 3_600;

export type PushService = {
  /** `localhost` and its port. */
  readonly host: string;
  readonly ca: string;
  /** What the browser hands out: subscription as JSON text. */
  readonly subscription: string;
  /** Opened messages with the claims of who sent them. */
  readonly taken: { readonly message: unknown; readonly claims: Record<string, unknown> }[];
  readonly rejected: string[];
  /** Status that the service answers what it accepts with. */
  status: number;
  asked: number;
  close(): Promise<void>;
};

/** `publicKey` is the only sender the browser subscribed to. */
export async function openPushService(publicKey: string): Promise<PushService> {
  const office = openOffice();
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const auth = randomBytes(16);
  const tls = { key: office.pem('server.key'), cert: office.pem('server.crt') };
  const server = createServer(tls, (request, response) => {
    void bodyOf(request).then((body) => {
      service.asked += 1;
      try {
        const claims = claimsOf(request.headers.authorization ?? '', publicKey, `https://${service.host}`);
        service.taken.push({ message: JSON.parse(opened(body, browser, auth)), claims });
      } catch (cause) {
        service.rejected.push(String(cause));
      }
      response.writeHead(service.rejected.length > 0 ? 403 : service.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') };
  const service: PushService = {
    host,
    ca: office.pem('ca.crt'),
    subscription: JSON.stringify({ endpoint: `https://${host}/push/1`, keys }),
    taken: [],
    rejected: [],
    status: 201,
    asked: 0,
    close() {
      office.close();
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
  return service;
}

function claimsOf(header: string, publicKey: string, origin: string): Record<string, unknown> {
  const [, token = '', key] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  if (key !== publicKey) throw new Error(`another sender: ${header}`);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const signer = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), signer, Buffer.from(signature, 'base64url')))
    throw new Error('the signature does not hold');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const leftS = Number(claims['exp']) - Date.now() / 1_000;
  if (claims['aud'] !== origin || !(leftS > 0 && leftS <= AHEAD_MAX_S))
    throw new Error('not for us, or not now');
  return claims;
}

/** One record of aes128gcm: salt, record size, the sender's key for this message, ciphertext with its tag. */
function opened(body: Buffer, browser: ReturnType<typeof createECDH>, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const start = 21 + body.readUInt8(20);
  const sender = body.subarray(21, start);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync('sha256', browser.computeSecret(sender), auth, info, 32));
  const derive = (name: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, bytes));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(body.subarray(-16));
  const padded = Buffer.concat([decipher.update(body.subarray(start, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
