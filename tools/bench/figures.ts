/** Figures with their targets (design §7), as lines of a table and as JSON. */
export type Figure = {
  readonly section: string;
  readonly what: string;
  readonly value: number | null;
  readonly unit: string;
  /** Null = no target, only reported. */
  readonly target: { readonly most?: number; readonly least?: number } | null;
  /** The measurements that it comes from, in order, or why there is none. */
  readonly from: string;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** The value below which `share` of them lie; `sorted` ascends. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export function verdictOf({ value, target }: Figure): 'met' | 'missed' | 'not measured' | '' {
  if (value === null || Number.isNaN(value)) return 'not measured';
  if (target === null) return '';
  return value <= (target.most ?? Infinity) && value >= (target.least ?? -Infinity) ? 'met' : 'missed';
}

const shown = (value: number): string => {
  if (!Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  return size >= 1_000
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

const targetText = ({ target }: Figure): string => {
  if (target === null) return '';
  const { most, least } = target;
  return most === undefined ? `>= ${shown(least ?? 0)}` : `<= ${shown(most)}`;
};

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.section,
    figure.what,
    `${figure.value === null ? '—' : shown(figure.value)} ${figure.unit}`.trim(),
    targetText(figure),
    verdictOf(figure),
    figure.from,
  ]);
  const head = ['', 'what', 'figure', 'target', '', 'from'];
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const list = (values: readonly number[]): string => values.map(shown).join(' ');
