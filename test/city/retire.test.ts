/** A registrar may take things out of use, but no alarm with them that is still somebody's. */
import { describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type { Input } from '#domain/input.ts';
import type { RegistryItem } from '#domain/registry.ts';
import { createCity } from '../../city/city.ts';
import { emptyOutput, fold, type FoldOutput } from '../../city/fold.ts';
import { latest, NOON, OFFICER, oneCity } from './one-city.ts';

const retire = (kind: 'points' | 'devices' | 'gateways', id: string): RegistryItem => ({
  ...{ op: 'retire', kind, id },
});
const ORANGE = 3;

async function orangeAtFirst() {
  const city = oneCity();
  await city.open();
  await city.register(2);
  city.send(ORANGE);
  await city.pass(1_000);
  const change = (...items: RegistryItem[]): Promise<Answer> =>
    city.command({ kind: 'command', command: 'registry', change: { items }, by: OFFICER });
  const alarm = (): Alarm | undefined => latest(city.alarms, 'gas-well-ch4')?.alarm;
  const acknowledge = async (): Promise<void> => {
    const { id, revision } = alarm() ?? { id: '', revision: 0 };
    const action = { action: 'acknowledge' } as const;
    const by = OFFICER;
    const answer = await city.command({
      ...{ kind: 'command', command: 'alarm', alarm: id, revision, action, by },
    });
    expect(answer.ok).toBe(true);
  };
  return { city, change, alarm, acknowledge };
}

describe('retiring a point with an open alarm', () => {
  it('is refused whole, naming the row, the point and the rule, and the alarm stays', async () => {
    const { city, change, alarm } = await orangeAtFirst();
    const answer = await change(retire('points', 'D-2/ch4'), { ...retire('points', 'D-1/ch4'), row: 7 });
    expect(answer).toMatchObject({
      ok: false,
      code: 'alarm-open',
      body: { errors: [{ row: 7, code: 'alarm-open' }] },
    });
    expect(answer).toHaveProperty('detail', expect.stringMatching(/D-1\/ch4.*gas-well-ch4/));
    expect(city.pipeline().city.registry.points.get('D-2/ch4')?.retired).toBeUndefined();
    expect(alarm()).toMatchObject({ state: 'unacknowledged', active: true });
  });

  it('is refused together with its device and gateway too', async () => {
    const { change } = await orangeAtFirst();
    const all = [
      ...['D-1', 'D-2'].flatMap((id) => [retire('points', `${id}/ch4`), retire('devices', id)]),
      retire('gateways', 'GW-1'),
    ];
    expect(await change(...all)).toMatchObject({ ok: false, code: 'alarm-open' });
  });

  it('is possible once somebody has taken the alarm: a dead sensor would never be over', async () => {
    const { change, acknowledge } = await orangeAtFirst();
    expect(await change(retire('points', 'D-1/ch4'))).toMatchObject({ code: 'alarm-open' });
    await acknowledge();
    expect(await change(retire('points', 'D-1/ch4'))).toMatchObject({ ok: true });
  });

  it('leaves points without alarms to the registrar', async () => {
    const { change } = await orangeAtFirst();
    expect(await change(retire('points', 'D-2/ch4'))).toMatchObject({ ok: true });
  });
});

/** A city fed input by input, at the given second. */
function folding() {
  const city = createCity('one');
  let position = 0;
  return (second: number, input: Input): FoldOutput => {
    const out = emptyOutput();
    position += 1;
    const at = { position, receivedAt: NOON + second * 1_000, engineTime: second * 1_000 };
    fold(city, { ...input, ...at }, out);
    return out;
  };
}

const registry = (...items: RegistryItem[]): Input => ({
  ...{ kind: 'command', command: 'registry', change: { items }, by: OFFICER },
});
const GATEWAY = { id: 'GW-1', name: 'GW-1', session: 'always-on', secretHmac: '0'.repeat(64) };

describe('retiring a gateway', () => {
  it('is refused while its absence is an open alarm', () => {
    const feed = folding();
    feed(0, registry({ op: 'create', kind: 'gateways', value: GATEWAY }));
    const presence = { kind: 'presence', gateway: 'GW-1', client: 'box', address: 'test' } as const;
    feed(1, { ...presence, connected: true, connections: 1 });
    feed(2, { ...presence, connected: false, connections: 0 });
    const refused = feed(90, registry(retire('gateways', 'GW-1'))).answer;
    expect(refused).toMatchObject({ ok: false, code: 'alarm-open' });
    expect(refused).toHaveProperty('detail', expect.stringContaining('gateway-absent'));
  });

  it('that is silent about nothing is possible', () => {
    const feed = folding();
    feed(0, registry({ op: 'create', kind: 'gateways', value: GATEWAY }));
    expect(feed(1, registry(retire('gateways', 'GW-1'))).answer).toMatchObject({ ok: true });
  });
});

describe('the audit log', () => {
  it('names an imported point by its device and channel', () => {
    const value = { device: 'D-1', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };
    const { events } = folding()(0, registry({ op: 'upsert', kind: 'points', value }));
    expect(events.at(-1)).toMatchObject({ kind: 'audit', subject: 'upsert points/D-1/ch4' });
  });
});
