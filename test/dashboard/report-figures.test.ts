/** A period in which nothing was watched is no good period: it meets nothing and was online no time. */
import { describe, expect, test } from 'vitest';
import { figuresOfReport, unwatched, wasWatched } from '../../dashboard/src/report/report-figures.ts';
import { qualityOf } from './mock-quality.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 10, 28, 16);
const report = qualityOf(new URL(`http://x/quality?from=${FROM}&to=${FROM + DAY}&by=area`));

describe('a day', () => {
  test('is watched once the registry holds something, and not before it begins', () => {
    const since = (at: number | null) => wasWatched({ ...report, since: at }, FROM + 2 * DAY);
    expect([since(FROM - 1), since(FROM + 1), since(FROM + DAY), since(null)]).toEqual([
      ...[true, true, false, false],
    ]);
    expect(wasWatched({ ...report, since: 0 }, FROM)).toBe(false);
  });

  test('that was watched is held against its targets', () => {
    const figures = figuresOfReport(report.total, true);
    expect(figures.find(({ name }) => name === 'gatewaysOnline')).toMatchObject({ value: 1, met: true });
    expect(figures.some(({ met }) => met === false)).toBe(true);
  });

  test('that was not has no value and meets nothing, nor has any group been online', () => {
    const blank = unwatched(report);
    for (const { value, met } of figuresOfReport(blank.total, false))
      expect([value, met]).toEqual([null, null]);
    expect(blank.groups.length).toBeGreaterThan(0);
    for (const { service } of blank.groups) expect(service.gatewaysOnline).toBeNull();
  });
});
