import { afterEach, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { openHouse, type House } from './house.ts';
import { isTooSlow, UNSENT_BYTES_MAX, UNSENT_PACKETS_MAX } from '#server/push/slow-clients.ts';

let house: House;
afterEach(() => house.close());

it('a console that does not read is cut, and the one beside it misses nothing', async () => {
  const slow: [string, boolean][] = [];
  house = await openHouse({}, { onSlowClient: (username, active) => void slow.push([username, active]) });
  const { port } = await house.server.listen();
  const frozen = openConsole(port, { token: await house.token('viewer') });
  const awake = openConsole(port, { token: await house.token('duty-officer') });
  for (const one of [frozen, awake]) await one.next('snapshot');
  freeze(frozen.socket.io.engine.transport);

  let previous = 0;
  let rounds = 0;
  const padding = 'x'.repeat(20_000);
  while (house.server.sockets() === 2) {
    for (let i = 0; i < 20; i++)
      house.city.raise({ id: `${rounds}-${i}`, explanation: { code: padding, params: {} } });
    for (let i = 0; i < 20; i++) {
      const message = await awake.next('alarm');
      expect(message.previous).toBe(previous);
      previous = message.sequence;
    }
    house.clock.advance(1_000);
    rounds += 1;
    expect(rounds).toBeLessThan(200);
  }
  expect(slow).toEqual([['viewer', true]]);
  expect((await house.ask(null, 'GET', '/metrics')).body).toContain(
    'lifeline_rejected_total{reason="slow-client"} 1',
  );
  for (let second = 0; second < 60; second++) house.clock.advance(1_000);
  expect(slow).toEqual([
    ['viewer', true],
    ['viewer', false],
  ]);
  for (const one of [frozen, awake]) one.close();
});

it('the bound is on packets and on bytes', async () => {
  house = await openHouse();
  const waiting = (count: number, data: unknown) => ({
    writeBuffer: Array.from({ length: count }, () => ({ data })),
  });
  expect(isTooSlow(waiting(UNSENT_PACKETS_MAX, 'x'))).toBe(false);
  expect(isTooSlow(waiting(UNSENT_PACKETS_MAX + 1, 'x'))).toBe(true);
  expect(isTooSlow(waiting(10, 'x'.repeat(UNSENT_BYTES_MAX / 10)))).toBe(false);
  expect(isTooSlow(waiting(10, new ArrayBuffer(UNSENT_BYTES_MAX / 10 + 1)))).toBe(true);
  expect(isTooSlow(waiting(10, Buffer.alloc(UNSENT_BYTES_MAX / 10 + 1)))).toBe(true);
  expect(() => isTooSlow({})).toThrow('writeBuffer');
});

/** Stops reading from the network, as a suspended laptop does. */
function freeze(transport: unknown): void {
  const ws = typeof transport === 'object' && transport !== null && 'ws' in transport ? transport.ws : null;
  if (typeof ws !== 'object' || ws === null || !('pause' in ws) || typeof ws.pause !== 'function') {
    throw new Error('this client cannot be frozen');
  }
  ws.pause();
}
