/** The answer to a question about quality: the platform's own counting, of a week that was written by hand. */
import { figuresOf, QUALITY_BY, type QualityReport } from '#domain/quality/quality.ts';
import type { QualityRow } from '#domain/quality/rows.ts';
import { ringSeries } from '#domain/quality/series.ts';

/** The city was first registered at the beginning of 2026. */
const SINCE = Date.UTC(2025, 11, 31, 16);
const COLOURS = ['blue', 'yellow', 'blue', 'orange', 'blue', 'blue', 'red', 'yellow'] as const;
const UNITS = ['gas-co', 'drain-co', 'chem-co', 'heat-co', null];
const AREAS = ['371702', '371724', '371703', null];
const LIFELINES = ['gas', 'drainage', 'hazchem', 'heat'];

export function qualityOf(url: URL): QualityReport {
  const [from, to] = [Number(url.searchParams.get('from')), Number(url.searchParams.get('to'))];
  const by = QUALITY_BY.find((one) => one === url.searchParams.get('by')) ?? 'all';
  const rows = alarms(from, to);
  const limits = { red: 300_000, orange: 600_000, yellow: 1_800_000, blue: 28_800_000 };
  const watched = { gateways: ['GW-1', 'GW-2'], points: [] };
  const of = (part: readonly QualityRow[]) => figuresOf(part, [], watched, { from, to, now: to, limits });
  const ids = by === 'organisation' ? UNITS : by === 'area' ? AREAS : by === 'lifeline' ? LIFELINES : [];
  return {
    ...{
      from,
      to,
      by,
      complete: true,
      since: SINCE,
      total: of(rows),
      series: ringSeries(rows, { from, to }),
    },
    groups: ids.map((id, at) => ({
      id,
      ...of(rows.filter((row) => Number(row.alarm.slice(1)) % ids.length === at)),
    })),
  };
}

/** Forty a day, twelve of them in one flood, each taken after a while. */
function alarms(from: number, to: number): QualityRow[] {
  const rows: QualityRow[] = [];
  const count = Math.round(((to - from) / 86_400_000) * 40);
  for (let at = 0; at < count; at++) {
    const flood = at % 40 < 12;
    const day = Math.floor(at / 40) * 86_400_000;
    const onset = from + day + (flood ? 30_000_000 + (at % 40) * 30_000 : (at % 40) * 2_100_000);
    const colour = COLOURS[at % COLOURS.length] ?? 'blue';
    const base = {
      ...{
        alarm: `a${at}`,
        colour,
        point: `G-${at % 14}/ch4`,
        gateway: `GW-${(at % 2) + 1}`,
        rule: 'gas-well-ch4',
      },
      ...{ historical: false, code: 'limit-high' },
    };
    rows.push({ ...base, at: onset, change: 'raised', ring: true, active: true, state: 'unacknowledged' });
    const taken = onset + 40_000 + (at % 9) * 70_000;
    rows.push({
      ...base,
      at: taken,
      change: 'acknowledged',
      ring: false,
      active: true,
      state: 'acknowledged',
    });
    rows.push({
      ...base,
      at: taken + 600_000,
      change: 'returned',
      ring: false,
      active: false,
      state: 'normal',
    });
  }
  return rows.sort((a, b) => a.at - b.at);
}
