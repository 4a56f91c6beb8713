/** What each scenario must raise: at which kind of facility, by which rule, in which colour, and how soon. */
import type { Scenario } from '#firmware-sim/scenarios.ts';
import type { SeenAlarm } from './rehearsal.ts';

export type Expectation = {
  readonly scenario: Scenario;
  readonly kind: string;
  readonly rule: string;
  readonly colour: string;
  /** Seconds from the start of the scenario. */
  readonly withinS: number;
  /** At so many points at least; one when absent. */
  readonly places?: number;
};

const row = (
  scenario: Scenario,
  kind: string,
  rule: string,
  colour: string,
  withinS: number,
  places = 1,
): Expectation => ({ scenario, kind, rule, colour, withinS, places });

export const EXPECTATIONS: readonly Expectation[] = [
  row('gas-leak', 'adjacent-space', 'adjacent-space-ch4', 'orange', 30),
  row('gas-leak', 'adjacent-space', 'adjacent-space-ch4', 'red', 60),
  row('regulator-fault', 'gas-station', 'gas-pressure-high', 'orange', 60),
  row('regulator-fault', 'gas-main-point', 'gas-pressure-high', 'orange', 90),
  row('gas-rupture', 'gas-station', 'gas-pressure-low', 'orange', 120),
  row('gas-rupture', 'gas-main-point', 'gas-pressure-low', 'orange', 150),
  row('gas-rupture', 'gas-main-point', 'gas-rupture', 'red', 180),
  row('sewer-gas', 'manhole', 'h2s-toxic', 'orange', 60),
  row('sewer-gas', 'manhole', 'o2-low', 'yellow', 120),
  row('sewer-gas', 'manhole', 'sewer-ch4', 'red', 150),
  row('pump-failure', 'pump-station', 'forebay-high', 'orange', 240),
  row('pump-failure', 'pump-station', 'pump-not-running', 'orange', 90),
  row('pump-failure', 'pump-station', 'pump-no-current', 'orange', 90),
  row('burst-heat-main', 'heat-station', 'heat-burst', 'red', 80),
  row('burst-heat-main', 'heat-station', 'heat-pressure-drop', 'yellow', 80, 2),
  row('tank-overfill', 'tank', 'tank-level', 'yellow', 120),
  row('tank-overfill', 'tank', 'tank-level', 'red', 180),
  row('toxic-leak', 'hazchem-plant', 'cl2-toxic', 'orange', 60, 2),
  row('toxic-leak', 'hazchem-plant', 'plant-two-detectors', 'red', 60),
  row('gathering', 'hazchem-plant', 'people-gathering', 'orange', 120),
  row('gateway-outage', 'adjacent-space', 'sensor-lost', 'red', 120),
  row('storm', 'underpass', 'ponding-depth', 'red', 120),
  row('storm', 'underpass', 'ponding-rise', 'yellow', 90),
  row('storm', 'manhole', 'sewer-level', 'red', 240),
  row('storm', 'rain-gauge', 'rain-sum', 'orange', 300),
  row('crossing-storm', 'underpass', 'ponding-depth', 'red', 520, 2),
  row('crossing-storm', 'road-low-point', 'ponding-depth', 'yellow', 560),
];

/** Scenarios, how long each takes until all is mended and cleared again. */
export const LASTS_S: Partial<Record<Scenario, number>> = { storm: 1_200, 'crossing-storm': 1_500 };
export const LASTS_S_MOST = 600;

export type Verdict = Expectation & { readonly seen: string; readonly ok: boolean };

/** A rain sum stands for hours and a latched red until somebody takes it: those need not be over. */
const STANDS = new Set(['rain-sum']);

/** Looks for each expectation among the alarms that were seen. */
export function judge(expected: readonly Expectation[], seen: readonly SeenAlarm[]): Verdict[] {
  return expected.map((one) => {
    const { kind, rule, colour, withinS, places = 1 } = one;
    const matching = seen.filter((alarm) => alarm.kind === kind && alarm.alarm.rule === rule);
    const times = matching.flatMap(({ colourAtS }) => colourAtS.get(colour) ?? []).toSorted((a, b) => a - b);
    const at = times[places - 1];
    const open = matching.filter(({ overAtS }) => overAtS === null).length;
    const overAtS = Math.max(...matching.map((alarm) => alarm.overAtS ?? 0));
    const over = STANDS.has(rule) ? 'stands' : open > 0 ? `${open} not over` : `over ${overAtS} s`;
    const found = at === undefined ? `${times.length} of ${places}` : `${at} s`;
    const ok = at !== undefined && at <= withinS && (STANDS.has(rule) || open === 0);
    return { ...one, seen: matching.length === 0 ? 'nothing' : `${found}, ${over}`, ok };
  });
}

/** The table a person reads. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ scenario, kind, rule, colour, withinS, places = 1, seen, ok }) => [
    scenario,
    kind,
    rule,
    `${colour} within ${withinS} s${places > 1 ? ` at ${places}` : ''}`,
    seen,
    ok ? 'yes' : 'NO',
  ]);
  const rows = [['scenario', 'at', 'rule', 'expected', 'seen', 'as expected'], ...lines];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
