import { describe, expect, it } from 'vitest';
import type { PushOutcome } from '#domain/contract/push.ts';
import type { PublishInput } from '#domain/input.ts';
import { NOON, oneCity, type OneCity } from './one-city.ts';

const body = (...records: object[]): Uint8Array => new TextEncoder().encode(JSON.stringify(records));

function push(city: OneCity, payload: Uint8Array, key: string | null = null): Promise<PushOutcome> {
  const input: PublishInput = {
    kind: 'publish',
    gateway: 'GW-1',
    client: key === null ? 'http' : `http ${key}`,
    topic: 'lifeline/v1/GW-1/telemetry',
    payload,
    qos: 1,
    dup: key !== null,
    packetId: 0,
  };
  return new Promise((resolve) => {
    city.pipeline().publish(
      input,
      () => {},
      (answer) => resolve((answer.ok ? answer.body : null) as PushOutcome),
    );
    void city.pass(100);
  });
}

const counts = ({ records, values, duplicates, refused }: PushOutcome) => ({
  records,
  values,
  duplicates,
  refused,
});
const ONE = { records: 1, values: 1, duplicates: 0, refused: 0 };
const AGAIN = { records: 0, values: 0, duplicates: 1, refused: 0 };

describe('a push over HTTP', () => {
  it('is answered after its sync with what became of each record', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    const outcome = await push(
      city,
      body(
        { device: 'D-1', time: NOON, values: { ch4: 1 } },
        { device: 'D-9', time: NOON, values: { ch4: 1 } },
        { device: 'D-1', time: NOON + 1, values: { ch4: 'much', h2s: 1 } },
      ),
    );
    expect(counts(outcome)).toEqual({ records: 1, values: 1, duplicates: 0, refused: 3 });
    expect(outcome.refusals.map(({ reason, device }) => `${device} ${reason}`)).toEqual([
      'D-9 unknown-device',
      'D-1 value-type',
      'D-1 unknown-channel',
    ]);
    expect((await city.journal()).at(-1)).toMatchObject({ kind: 'publish', client: 'http' });
  });

  it('sent again counts once: by its time, and without a time by its key, after a crash too', async () => {
    const city = oneCity();
    await city.open();
    await city.register();
    const timed = body({ device: 'D-1', time: NOON, values: { ch4: 1 } });
    const untimed = body({ device: 'D-1', values: { ch4: 2 } });
    expect(counts(await push(city, timed))).toEqual(ONE);
    expect(counts(await push(city, untimed, 'k'))).toEqual(ONE);
    expect(counts(await push(city, timed))).toEqual(AGAIN);
    expect(counts(await push(city, untimed, 'k'))).toEqual(AGAIN);
    city.kill(5_000);
    await city.open();
    expect(counts(await push(city, timed))).toEqual(AGAIN);
    expect(counts(await push(city, untimed, 'k'))).toEqual(AGAIN);
    expect(counts(await push(city, untimed, 'another key'))).toEqual(ONE);
  });
});
