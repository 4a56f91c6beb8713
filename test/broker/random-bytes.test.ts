/** Whatever a stranger or a broken gateway sends, the broker stays up. */
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { as } from './city-broker.ts';
import { startInMemory } from './in-memory.ts';
import { connectPacket, publishPacket } from './wire.ts';

/** Numbers from 0 to 1 with a seed (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CLIENT_TYPES = [1, 3, 4, 5, 6, 7, 8, 10, 12, 14];

test.each([1, 2, 3, 4])('2,500 random strings, seed %i', { timeout: 60_000 }, async (seed) => {
  const told = { published: 0, refused: 0 };
  const { send, close } = await startInMemory({
    publish(_input, done) {
      told.published += 1;
      done();
    },
    refused() {
      told.refused += 1;
    },
  });
  const chance = seeded(seed);
  const byte = (): number => Math.floor(chance() * 256);
  const strings = (n: number): Buffer[] => {
    const login = generate(connectPacket(as('GW-1', `fuzz-${n % 50}`)));
    const body = Buffer.from(Array.from({ length: Math.floor(chance() * 60) }, byte));
    const type = CLIENT_TYPES[Math.floor(chance() * CLIENT_TYPES.length)] ?? 3;
    const flags =
      chance() < 0.7 ? (type === 3 ? byte() & 0x0d : [6, 8, 10].includes(type) ? 2 : 0) : byte() & 0x0f;
    // A plausible topic length at the front brings the rest of the body to the deeper parsers.
    if (body.length > 4 && chance() < 0.7)
      body.writeUInt16BE(Math.floor(chance() * body.length), type === 8 ? 2 : 0);
    const framed = Buffer.concat([Buffer.from([(type << 4) | flags, body.length]), body]);
    const cut = Math.floor(chance() * framed.length);
    const shape = chance();
    if (shape < 0.2) return [body];
    if (shape < 0.4) return [framed];
    if (shape < 0.6) return [login, framed.subarray(0, cut), framed.subarray(cut)];
    return [Buffer.concat([login, framed, framed])];
  };
  for (let n = 0; n < 2500; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, k) => send(...strings(n + k))));
  }
  expect(told.published).toBeGreaterThan(50);
  expect(told.refused).toBeGreaterThan(0);

  const before = told.published;
  const answer = await send(
    generate(connectPacket(as('GW-1', 'well'))),
    generate(publishPacket('lifeline/v1/GW-1/telemetry', 'still here', { messageId: 1 })),
    generate({ cmd: 'pingreq' }),
  );
  expect(told.published).toBe(before + 1);
  expect(answer.subarray(0, 4)).toEqual(Buffer.from([0x20, 2, 0, 0]));
  await close();
});
