/** Who a gateway is: by its secret or its certificate, and why not. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Pipeline } from '#pipeline';
import { SimClock } from '#test/simulation/sim-clock.ts';
import { createBrokerHost } from '../../platform/broker-host.ts';

const hmac = (secret: string): string => createHmac('sha256', 'key').update(secret).digest('hex');
const gateways = new Map([
  ['GW-1', { id: 'GW-1', secretHmac: hmac('right'), tokenHmac: hmac('a-token-of-GW-1') }],
  ['GW-2', { id: 'GW-2', secretHmac: hmac('right'), retired: true }],
]);
const gatewaysByToken = new Map([
  [hmac('a-token-of-GW-1'), 'GW-1'],
  [hmac('a-token-of-GW-2'), 'GW-2'],
]);
const submitted: unknown[] = [];
const rejected: string[] = [];
const host = createBrokerHost({
  pipeline: {
    city: { registry: { gateways, gatewaysByToken } },
    submit: (input: unknown) => void submitted.push(input),
    publish: (_input: unknown, synced: () => void) => synced(),
  } as unknown as Pipeline,
  clock: new SimClock(0),
  secretHmac: hmac,
  rejected: (reason) => void rejected.push(reason),
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a gateway that logs in', () => {
  it.each([
    ['with its secret', 'GW-1', 'right', null, { gateway: 'GW-1', proof: 'secret' }],
    ['with a wrong secret', 'GW-1', 'wrong', null, { refused: 'wrong-secret' }],
    ['with an empty secret', 'GW-1', '', null, { refused: 'wrong-secret' }],
    ['with no secret at all', 'GW-1', null, null, { refused: 'wrong-secret' }],
    ['with the stored HMAC instead of the secret', 'GW-1', hmac('right'), null, { refused: 'wrong-secret' }],
    ['that nobody registered', 'GW-9', 'right', null, { refused: 'unknown' }],
    ['without a name', '', 'right', null, { refused: 'unknown' }],
    ['named like a member of every object', 'constructor', 'right', null, { refused: 'unknown' }],
    ['that is retired', 'GW-2', 'right', null, { refused: 'retired' }],
    ['by its certificate alone', '', null, 'GW-1', { gateway: 'GW-1', proof: 'certificate' }],
    ['by its certificate and its name', 'GW-1', null, 'GW-1', { gateway: 'GW-1', proof: 'certificate' }],
    ['by its token', 'a-token-of-GW-1', null, null, { gateway: 'GW-1', proof: 'token' }],
    ['by its token and an empty password', 'a-token-of-GW-1', '', null, { gateway: 'GW-1', proof: 'token' }],
    ['by its token and a password', 'a-token-of-GW-1', 'x', null, { refused: 'unknown' }],
    ['by its token as a password', 'GW-1', 'a-token-of-GW-1', null, { refused: 'wrong-secret' }],
    ['by the HMAC of its token', hmac('a-token-of-GW-1'), null, null, { refused: 'unknown' }],
    ['by the token of a retired one', 'a-token-of-GW-2', null, null, { refused: 'retired' }],
    [
      'by its token and its certificate',
      'a-token-of-GW-1',
      null,
      'GW-1',
      { gateway: 'GW-1', proof: 'certificate' },
    ],
    [
      'by its token and the certificate of another',
      'a-token-of-GW-1',
      null,
      'GW-3',
      { refused: 'wrong-secret' },
    ],
    ['by the certificate of another', 'GW-1', 'right', 'GW-3', { refused: 'wrong-secret' }],
    ['by a certificate that nobody registered', '', null, 'GW-9', { refused: 'unknown' }],
    ['by the certificate of a retired one', '', null, 'GW-2', { refused: 'retired' }],
  ])('%s', (_, username, password, certificate, wanted) => {
    expect(host.authenticate(username, password === null ? null : bytes(password), certificate)).toEqual(
      wanted,
    );
  });

  it('rests on what it was proved by, and on nothing once the gateway is retired', () => {
    expect(host.credential?.('GW-1', 'secret')).toBe(hmac('right'));
    expect(host.credential?.('GW-1', 'token')).toBe(hmac('a-token-of-GW-1'));
    expect(host.credential?.('GW-1', 'certificate')).toBe('certificate');
    for (const proof of ['secret', 'token', 'certificate'] as const)
      expect(host.credential?.('GW-2', proof)).toBeNull();
  });

  it('hands conditions and presence on as inputs, refusals to be counted, and done after the sync', () => {
    host.condition('twin-identity', 'GW-1', true, { address: '10.0.0.9' });
    const presence = { gateway: 'GW-1', client: 'box', connected: true, connections: 1, address: 'test' };
    host.presence({ kind: 'presence', ...presence });
    host.refused('foreign-topic', 'GW-1', 'x');
    let done = 0;
    host.publish({} as never, () => (done += 1));
    expect(submitted).toEqual([
      {
        kind: 'condition',
        name: 'twin-identity',
        subject: 'GW-1',
        active: true,
        detail: { address: '10.0.0.9' },
      },
      { kind: 'presence', ...presence },
    ]);
    expect([rejected, done]).toEqual([['foreign-topic'], 1]);
  });
});
