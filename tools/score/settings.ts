/**
 * The settings of every scored run. They follow from the quantity and the report interval alone, by the formulas below, and
 * stood in the repository before the first run; none is chosen by looking at a data set's labels.
 */

/** What a series is like: driven by people's weeks, or by a process that knows none. */
export type Course = 'weekly' | 'process';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Methane out of doors varies by about a tenth between still nights and windy noons; that is no leak. */
const AMBIENT_PERCENT = 10;

/** EEMUA 191 deadbands in per cent of span; here the least standard deviation, in per cent of the median. */
const LEAST_PERCENT: Readonly<Record<string, number>> = {
  flow: 5,
  'sewer-level': 2,
  'tank-level': 2,
  'water-depth': 2,
  pressure: 2,
  temperature: 1,
  ch4: AMBIENT_PERCENT,
};
const LEAST_PERCENT_ELSE = 2;
/** A false alarm of one chart every so long, were its residuals normal. */
const FALSE_EVERY_MS = 90 * DAY;
/** Half of the shift that is worth a person's look: two standard deviations. */
const SLACK = 1;
/** Siegmund's correction of the limit of a CUSUM. */
const SIEGMUND = 1.166;
/** A process is learned over so many reports before it is judged, and remembered over so many. */
const LEARN_REPORTS = 128;
const MEMORY_REPORTS = 512;
/** A week is learned in part: the same hour of two days says something of the third. */
const LEARN_DAYS = 2;
/** A deviation that comes again within so many reports is the same one. */
const SAME_REPORTS = 24;
/** ISA-18.2 delays: level and temperature 60 s, flow and pressure 15 s; gas as in the shipped catalogue, 60 s on the way out. */
const DELAY_MS: Readonly<Record<string, number>> = { flow: 15 * SECOND, pressure: 15 * SECOND };
const DELAY_ELSE_MS = MINUTE;

/**
 * h of a two-sided CUSUM of slack k whose in-control run is `FALSE_EVERY_MS` long at this interval, by the leading term of
 * Siegmund's one-sided run (exp(2kb) - 2kb - 1) / 2k^2 with b = h + 1.166; one decimal.
 */
export function cusumLimit(intervalMs: number, slack = SLACK): number {
  const run = FALSE_EVERY_MS / intervalMs;
  return Math.round((Math.log(4 * slack * slack * run) / (2 * slack) - SIEGMUND) * 10) / 10;
}

/** The deviation rule of a quantity at an interval. */
export function deviationRule(quantity: string, intervalMs: number, course: Course): Record<string, unknown> {
  const limit = cusumLimit(intervalMs);
  const usual =
    course === 'weekly'
      ? { learnMs: LEARN_DAYS * DAY }
      : {
          recentMs: Math.max(MINUTE, MEMORY_REPORTS * intervalMs),
          learnMs: LEARN_REPORTS * intervalMs,
          relearnAfterMs: MEMORY_REPORTS * intervalMs,
        };
  return {
    id: `unusual-${quantity}`,
    version: 1,
    binds: { quantities: [quantity], kinds: 'any' },
    kind: 'deviation',
    by: 'cusum',
    slack: SLACK,
    side: 'both',
    leastPercent: LEAST_PERCENT[quantity] ?? LEAST_PERCENT_ELSE,
    ...usual,
    levels: [
      {
        name: 'cusum',
        colour: 'yellow',
        limit,
        deadband: limit / 2,
        offDelayMs: SAME_REPORTS * intervalMs,
      },
    ],
  };
}

/** Of a facility with several sensors: two of them unusual at once are its alarm. */
export const twoAtOnce = (quantities: readonly string[]): Record<string, unknown> => ({
  id: 'two-unusual',
  version: 1,
  binds: { quantities, kinds: 'any' },
  kind: 'k-of-n',
  among: 'facility',
  count: 'points',
  when: { alarm: 'yellow' },
  levels: [{ name: 'two', colour: 'orange', atLeast: 2 }],
});

/** A limit as a bare threshold has it: no deadband, no delay. */
export const bareLimits = (
  quantity: string,
  unit: string,
  side: 'high' | 'low',
  limits: readonly { readonly name: string; readonly colour: string; readonly limit: number }[],
): Record<string, unknown> => ({
  id: `limits-${quantity}`,
  version: 1,
  binds: { quantities: [quantity], kinds: 'any' },
  signal: 'value',
  side,
  unit,
  levels: limits.map((level) => ({ ...level, deadband: 0, onDelayMs: 0, offDelayMs: 0 })),
});

/**
 * The same limits as our catalogue keeps them: a deadband of the quantity's share of the sensor's `span`, the quantity's delay
 * into yellow and none into orange and red, the delay but at least two reports on the way out.
 */
export const keptLimits = (
  quantity: string,
  unit: string,
  side: 'high' | 'low',
  intervalMs: number,
  span: number,
  limits: readonly { readonly name: string; readonly colour: string; readonly limit: number }[],
): Record<string, unknown> => {
  const deadband = (span * (LEAST_PERCENT[quantity] ?? LEAST_PERCENT_ELSE)) / 100;
  const delayMs = DELAY_MS[quantity] ?? DELAY_ELSE_MS;
  const offDelayMs = Math.max(delayMs, 2 * intervalMs);
  const bare = bareLimits(quantity, unit, side, limits);
  const onDelayMs = (colour: string): number => (colour === 'yellow' ? delayMs : 0);
  const levels = limits.map((level) => ({
    ...level,
    deadband,
    onDelayMs: onDelayMs(level.colour),
    offDelayMs,
  }));
  return { ...bare, levels };
};

/** One alarm for all sensors of a facility at one limit: the grouping of beams that look at one place. */
export const oneOfFacility = (quantity: string, unit: string, limit: number): Record<string, unknown> => ({
  id: `place-${quantity}`,
  version: 1,
  binds: { quantities: [quantity], kinds: 'any' },
  kind: 'k-of-n',
  among: 'facility',
  count: 'points',
  when: {
    side: 'high',
    unit,
    limit,
    deadband: (limit * (LEAST_PERCENT[quantity] ?? LEAST_PERCENT_ELSE)) / 100,
  },
  levels: [{ name: 'one', colour: 'yellow', atLeast: 1, offDelayMs: 2 * MINUTE }],
});
