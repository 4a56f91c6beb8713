/**
 * The 16 digits by which a city knows a facility (落图赋码; GB/T 30428.2, before it CJ/T 214): six of the district or
 * county, two of the class, two of the subclass, six of a running number. A code is given once, never changes and is
 * never given again, also when the facility moves or is retired. A text that is no such code (another scheme's) is
 * kept as it was written, and none of this is said of it.
 */
import { facilityKindOf } from './catalogue.ts';
import type { Area } from './registry.ts';

export const PREFIX_DIGITS = 10;
const SERIAL_MAX = 999_999;

export const isFacilityCode = (code: unknown): code is string =>
  typeof code === 'string' && /^[1-9]\d{15}$/.test(code);

/**
 * District, class and subclass of a facility's code. An area without a GB/T 2260 code of its own (a township, a local
 * zone) counts to the nearest area above that has one. Null when no area has, or the catalogue lacks the kind.
 */
export function codePrefix(
  kind: unknown,
  area: unknown,
  areas: ReadonlyMap<string, Pick<Area, 'parent'>>,
): string | null {
  const code = typeof kind === 'string' ? facilityKindOf(kind)?.code : undefined;
  if (code === undefined) return null;
  for (let above = area; typeof above === 'string'; above = areas.get(above)?.parent)
    if (/^[1-9]\d{5}$/.test(above)) return `${above}${code}`;
  return null;
}

/** The running number of a code, and what stands before it. */
export const splitCode = (code: string): { readonly prefix: string; readonly serial: number } => ({
  prefix: code.slice(0, PREFIX_DIGITS),
  serial: Number(code.slice(PREFIX_DIGITS)),
});

/** Null beyond the last running number. */
export const codeOf = (prefix: string, serial: number): string | null =>
  serial > SERIAL_MAX ? null : `${prefix}${String(serial).padStart(6, '0')}`;
