/** A long window of late rows is judged while alarms go on: no piece of work holds the thread for long. */
import { expect, it } from 'vitest';
import type { RawRow } from '#domain/contract/history.ts';
import { applyRegistryChange } from '#domain/registry-change.ts';
import { judgeSeries, onCatalogue, onRegistry, shippedCatalogue } from '#rules/engine.ts';
import { createCity } from '../../city/city.ts';
import { judgeWindow } from '../../city/late-judgement.ts';
import { NOON, wells } from './one-city.ts';

const SECOND = 1_000;
const ROWS = 100_000;
const FROM = NOON - ROWS * SECOND;

/** A leak of five minutes every hour, in data that came an hour late. */
const rows: RawRow[] = Array.from({ length: ROWS }, (_, at) => ({
  time: FROM + at * SECOND,
  deviceTime: FROM + at * SECOND,
  receivedAt: FROM + at * SECOND + 3_600_000,
  value: at % 3_600 < 300 ? 3 : 0.1,
  quality: 'good',
}));

it('judges in pieces what one piece would have found', async () => {
  const city = createCity('one');
  const change = wells(1);
  const outcome = applyRegistryChange(city.registry, change);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  const at = { receivedAt: NOON, engineTime: 0 };
  const { catalogue, revision } = shippedCatalogue();
  onRegistry(city.rules, city.registry, outcome.touched, at, { alarm: () => {} });
  onCatalogue(city.rules, city.registry, catalogue, revision, at, { alarm: () => {} });
  const asked: number[] = [];
  let pauses = 0;
  const read = async (_point: number, from: number, to: number, limit: number): Promise<RawRow[]> => {
    const begin = Math.max(0, Math.ceil((from - FROM) / SECOND));
    const page = rows.slice(begin, Math.max(begin, Math.min(begin + limit, Math.ceil((to - FROM) / SECOND))));
    asked.push(page.length);
    return page;
  };
  const window = { from: FROM, to: NOON - SECOND, touchedAt: 0 };
  const judged = await judgeWindow(city, 0, window, NOON, read, async () => {
    pauses += 1;
  });
  const whole = judgeSeries(
    city.rules,
    city.registry,
    0,
    rows.map((row) => ({ time: row.time, value: row.value ?? NaN, quality: row.quality, flags: 0 })),
    NOON,
  );
  expect(judged.episodes).toEqual(whole);
  expect(whole).toHaveLength(Math.ceil(ROWS / 3_600));
  expect(Math.max(...asked)).toBeLessThanOrEqual(2_000);
  expect(pauses).toBeGreaterThanOrEqual(ROWS / 2_000 - 1);
});
