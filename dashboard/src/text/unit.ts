/** Units as people write them; the platform keeps UCUM. */
import type { Locale } from './clock.ts';

const WRITTEN: Readonly<Record<string, string>> = {
  '%{LEL}': '%LEL',
  '[ppm]': 'ppm',
  'mg/m3': 'mg/m³',
  'm3/h': 'm³/h',
  'm3/s': 'm³/s',
  Cel: '℃',
  '[in_i]': 'in',
  '[in_i]/h': 'in/h',
  'dB[mW]': 'dBm',
  deg: '°',
  '{people}': '',
  '1': '',
};

/** Units that are words; elsewhere, in tables of units and on charts, their symbols stand. */
const WORDS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  'zh-CN': { s: '秒', min: '分钟', h: '小时', d: '天', '{people}': '人' },
  en: { '{people}': 'people' },
};

/** With `locale` in words where the unit has some: 人, 分钟. */
export const writtenUnit = (unit: string | null, locale?: Locale): string =>
  unit === null ? '' : ((locale === undefined ? undefined : WORDS[locale][unit]) ?? WRITTEN[unit] ?? unit);

/** Up to `decimals` places without trailing zeros; "—" for none. Large and tiny values keep four significant digits. */
export function writtenNumber(value: number | null, decimals = 2): string {
  if (value === null || !Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  if (size !== 0 && (size < 10 ** -decimals || size >= 1e7)) return String(Number(value.toPrecision(4)));
  return String(Number(value.toFixed(decimals)));
}

/** Number, space, unit: `2.5 %LEL`. */
export function writtenValue(
  value: number | null,
  unit: string | null,
  decimals = 2,
  locale?: Locale,
): string {
  const written = writtenUnit(unit, locale);
  const number = writtenNumber(value, decimals);
  return written === '' || number === '—' ? number : `${number} ${written}`;
}
