import { expect, test } from 'vitest';
import { createFailedLogins } from '#broker/failed-logins.ts';

test('failed log-ins: answered at once, then later, never later than 5 s; forgotten after a quiet minute', () => {
  const logins = createFailedLogins();
  const delays = Array.from({ length: 12 }, () => logins.failed('1.2.3.4', 0).delayMs);
  expect(delays).toEqual([0, 0, 0, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000]);
  expect(logins.failed('5.6.7.8', 30_000).delayMs).toBe(0);
  expect(logins.sweep(59_000)).toEqual([]);
  expect(logins.sweep(60_000)).toEqual(['1.2.3.4']);
  expect(logins.failed('1.2.3.4', 60_000)).toEqual({
    delayMs: 0,
    raised: false,
    count: 1,
    forgotten: [],
  });
});

test('failed log-ins: an address that makes room for another ends its condition', () => {
  const logins = createFailedLogins();
  for (let n = 0; n < 5; n += 1) logins.failed('1.2.3.4', 0);
  logins.failed('5.6.7.8', 1);
  const forgotten: string[] = [];
  for (let n = 0; n < 10_000; n += 1)
    forgotten.push(...logins.failed(`10.0.${n >> 8}.${n & 255}`, 2).forgotten);
  expect(forgotten).toEqual(['1.2.3.4']);
  expect(logins.sweep(100_000)).toEqual([]);
});
