/** The figures of a report with what they are held against. Pure: names and words are the page's. */
import type { QualityFigures, QualityReport } from '#domain/quality/quality.ts';
import { COLOURS } from '#domain/colour.ts';

/** A figure of the report; `met` null = nothing is prescribed, or nothing was measured. */
export type Figure = {
  readonly name: string;
  readonly value: number | null;
  readonly kind: 'count' | 'rate' | 'share' | 'minutes';
  readonly met: boolean | null;
};

type Rule = { readonly kind: Figure['kind']; readonly most?: number; readonly least?: number };

/** EEMUA 191 and ISA-18.2; 危化 systems for 在线率 (docs/alarm-quality.md). */
export const TARGETS = {
  per10Min: { kind: 'rate', most: 1 },
  perDay: { kind: 'rate', most: 150 },
  peakPer10Min: { kind: 'count', most: 10 },
  busySlotShare: { kind: 'share', most: 0.01 },
  busyHourShare: { kind: 'share', most: 0.01 },
  floods: { kind: 'count', most: 0 },
  floodMinutes: { kind: 'minutes', most: 0 },
  chattering: { kind: 'count', most: 0 },
  fleeting: { kind: 'count' },
  stale: { kind: 'count', most: 4 },
  topTenShare: { kind: 'share', most: 0.05 },
  gatewaysOnline: { kind: 'share', least: 0.995 },
  pointsOnline: { kind: 'share' },
  pointsValid: { kind: 'share' },
} as const satisfies Record<string, Rule>;

/** Whether anything was watched in the period: before the registry held anything, and in the future, nothing was. */
export const wasWatched = ({ from, to, since }: QualityReport, now: number): boolean =>
  since !== null && to > since && from < now;

/** The report without what would read as measured where nothing was: shares of being online are those of no time. */
export function unwatched(report: QualityReport): QualityReport {
  const none = { gatewaysOnline: null, pointsOnline: null, pointsValid: null };
  const blank = <T extends QualityFigures>(one: T): T => ({ ...one, service: { ...one.service, ...none } });
  return { ...report, total: blank(report.total), groups: report.groups.map(blank) };
}

/** `watched` false: no figure has a value, and none is held against anything. */
export function figuresOfReport({ load, nuisance, service }: QualityFigures, watched: boolean): Figure[] {
  const values: Record<string, unknown> = { ...load, ...nuisance, ...service };
  return Object.entries(TARGETS).map(([name, rule]: [string, Rule]) => {
    const value = watched && typeof values[name] === 'number' ? values[name] : null;
    return { name, value, kind: rule.kind, met: value === null ? null : met(value, rule) };
  });
}

const met = (value: number, { most, least }: Rule): boolean | null =>
  most !== undefined ? value <= most : least !== undefined ? value >= least : null;

/** Share of all alarms of every colour that were taken in time; null when nothing is decided. */
export function inTimeShare({ response }: QualityFigures): number | null {
  const decided = COLOURS.map((colour) => response[colour]).reduce(
    (sum, { inTime, tooLate }) => ({ inTime: sum.inTime + inTime, all: sum.all + inTime + tooLate }),
    { inTime: 0, all: 0 },
  );
  return decided.all === 0 ? null : decided.inTime / decided.all;
}

/** Rings of a colour as a share of all; null without any. */
export function mixShare({ mix, load }: QualityFigures, colour: (typeof COLOURS)[number]): number | null {
  return load.rings === 0 ? null : mix[colour] / load.rings;
}
