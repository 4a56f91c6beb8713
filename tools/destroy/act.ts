/** One act of the destruction: what is done to a city, how often, and what it came to. */
import type { Random } from '#test/simulation/random.ts';

/** What an act came to. Everything counted here is counted by the act itself, none of it asked of the platform. */
export type Account = {
  /** In words: how much of what was done. */
  readonly did: string;
  /** Records acknowledged to a gateway, and of them those that are not to be found, or more than once. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  /** Alarms that had to come, and of them those that did not, or came twice. */
  readonly alarms: number;
  readonly alarmsLost: number;
  readonly alarmsDoubled: number;
  /** From the start of a process to the first alarm seen after it; null = nothing was started again. */
  readonly worstRestartMs: number | null;
  /** The most memory a platform held; null = it ran in our own process. */
  readonly peakRssMb: number | null;
  /** System alarms, states of health and metrics by which a person learned of it. */
  readonly told: readonly string[];
  /** What must not be: one line each. */
  readonly breaches: readonly string[];
};

export type ActRun = {
  readonly count: number;
  readonly seed: number;
  readonly random: Random;
  /** Progress, for whoever watches. */
  readonly say: (line: string) => void;
};

export type Act = {
  /** Its flag: `--kills 50`, `--only kills`. */
  readonly name: string;
  /** One line for the help. */
  readonly does: string;
  /** How often in the tests (0 = not there: too long, and tested elsewhere), by default, and with `--full`. */
  readonly counts: { readonly test: number; readonly usual: number; readonly full: number };
  readonly run: (run: ActRun) => Promise<Account>;
};

/** A restart answers the alarm path within this. */
const RESTART_MS_MAX = 10_000;
/** Twice what a platform holds under these loads; a leak or an unbounded queue passes it at once. */
const RSS_MB_MAX = 700;

const EMPTY: Account = {
  did: '',
  acknowledged: 0,
  lost: 0,
  doubled: 0,
  alarms: 0,
  alarmsLost: 0,
  alarmsDoubled: 0,
  worstRestartMs: null,
  peakRssMb: null,
  told: [],
  breaches: [],
};

/** An account with these figures, the others nought. */
export const account = (figures: Partial<Account>): Account => ({ ...EMPTY, ...figures });

/** Several accounts as one, with `did` for all of them. */
export function joined(did: string, parts: readonly Account[]): Account {
  const sum = (of: (one: Account) => number): number => parts.reduce((total, one) => total + of(one), 0);
  return {
    did,
    acknowledged: sum((one) => one.acknowledged),
    lost: sum((one) => one.lost),
    doubled: sum((one) => one.doubled),
    alarms: sum((one) => one.alarms),
    alarmsLost: sum((one) => one.alarmsLost),
    alarmsDoubled: sum((one) => one.alarmsDoubled),
    worstRestartMs: most(parts.map((one) => one.worstRestartMs)),
    peakRssMb: most(parts.map((one) => one.peakRssMb)),
    told: [...new Set(parts.flatMap((one) => one.told))],
    breaches: parts.flatMap((one) => one.breaches),
  };
}

const most = (figures: readonly (number | null)[]): number | null =>
  figures.reduce((max, one) => (one === null || (max !== null && max >= one) ? max : one), null);

/** Breaches of the bounds that hold for every act; without `timed` the machine is too busy to judge times. */
export function boundBreaches({ worstRestartMs, peakRssMb, ...found }: Account, timed: boolean): string[] {
  const { lost, doubled, alarmsLost, alarmsDoubled } = found;
  const over = (figure: number | null, max: number): boolean => figure !== null && figure > max;
  return [
    ...(lost > 0 ? [`${lost} acknowledged records are lost`] : []),
    ...(doubled > 0 ? [`${doubled} records count twice`] : []),
    ...(alarmsLost > 0 ? [`${alarmsLost} alarms did not come`] : []),
    ...(alarmsDoubled > 0 ? [`${alarmsDoubled} alarms came twice`] : []),
    ...(timed && over(worstRestartMs, RESTART_MS_MAX)
      ? [`an alarm took ${worstRestartMs} ms after a start`]
      : []),
    ...(over(peakRssMb, RSS_MB_MAX) ? [`a platform held ${peakRssMb} MB`] : []),
  ];
}
