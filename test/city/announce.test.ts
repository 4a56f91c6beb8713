/** An alarm is told before the next input of its commit is folded: it does not wait for the rest of them (decision 0031). */
import { expect, it } from 'vitest';
import { oneCity, RED } from './one-city.ts';

it('is told while the city stands at the publish that raised it, not at the end of the commit', async () => {
  const city = oneCity();
  await city.open();
  await city.register(6);
  const before = city.pipeline().city.position;
  const told = city.alarms.length;
  for (const [value, device] of [
    [0.1, 'D-1'],
    [RED, 'D-2'],
    [0.1, 'D-3'],
    [0.1, 'D-4'],
    [RED + 0.1, 'D-5'],
    [0.1, 'D-6'],
  ] as const)
    city.send(value, device);
  await city.pass(100);
  const raised = city.alarms.slice(told).map(({ alarm }, at) => [alarm.device, city.toldAt[told + at]]);
  expect(raised).toEqual([
    ['D-2', before + 2],
    ['D-5', before + 5],
  ]);
  expect(new Set([...city.acked.values()]).size).toBe(1);
});
