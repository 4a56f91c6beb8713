/** What an alarm says of itself: the right substance, the values that decided, and what its number is. */
import { readFileSync } from 'node:fs';
import { createI18n } from 'vue-i18n';
import { describe, expect, test } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { QUANTITIES } from '#domain/catalogue.ts';
import { parseCatalogue } from '../../dashboard/src/api/catalogue.ts';
import { createDirectory } from '../../dashboard/src/api/directory.ts';
import { shownValue } from '../../dashboard/src/store/alarm-value.ts';
import { figureOf, joinedFigures } from '../../dashboard/src/text/alarm-figure.ts';
import type { Locale } from '../../dashboard/src/text/clock.ts';
import en from '../../dashboard/src/text/en.json' with { type: 'json' };
import { explain } from '../../dashboard/src/text/explanation.ts';
import { createNames } from '../../dashboard/src/text/names.ts';
import { writtenUnit } from '../../dashboard/src/text/unit.ts';
import zh from '../../dashboard/src/text/zh-CN.json' with { type: 'json' };
import { alarmOf } from './alarm-fixture.ts';

const RULES = [
  'plant-two-detectors',
  'gas-leak-like',
  'heat-burst',
  'trench-ground',
  'gas-rupture',
  'ponding-eta',
];
const shipped = (id: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../rules/catalogue/${id}.json`, import.meta.url), 'utf8'));
const catalogue = parseCatalogue({ rules: RULES.map(shipped), quantities: QUANTITIES });
const noAnswer = async () =>
  ({ ok: false, problem: { status: 404, code: '', detail: '', document: {} } }) as const;

function consoleIn(locale: Locale) {
  const { t, te } = createI18n({ legacy: false, locale, messages: { 'zh-CN': zh, en } }).global;
  const directory = createDirectory(
    noAnswer,
    () => {},
    () => true,
  );
  for (const [id, quantity, unit] of [
    ['D-b/nh3', 'nh3', 'mg/m3'],
    ['D-a/nh3', 'nh3', 'mg/m3'],
    ['D-b/ch4', 'ch4', '%'],
    ['S-3/pressure', 'pressure', 'MPa'],
    ['S-5/pressure', 'pressure', 'MPa'],
    ['T-1/ground', 'ground-temperature', 'Cel'],
    ['T-2/ground', 'ground-temperature', 'Cel'],
    ['G-1/pressure', 'pressure', 'MPa'],
    ['G-1/flow', 'flow', 'm3/h'],
    ['U-1/depth', 'water-depth', 'cm'],
  ] as const)
    directory.points.set(id, {
      ...{ id, quantity, unit, device: id.slice(0, id.indexOf('/')), channel: id, reportIntervalMs: 10_000 },
    });
  for (const [id, facility, name] of [
    ['S-3', 'HS-3', '三号换热站'],
    ['S-5', 'HS-5', '五号换热站'],
  ] as const) {
    directory.devices.set(id, { id, facility, gateway: 'gw' });
    const place = { lat: 35, lon: 115 };
    directory.facilities.set(facility, {
      ...{ id: facility, name, kind: 'heat-station', lifeline: 'heat', area: '371702', location: place },
    });
  }
  const names = createNames({
    ...{ catalogue: () => catalogue, directory, locale: () => locale, incidentNumber: () => null },
    text: (key) => (te(key) ? t(key) : null),
  });
  const translate = (key: string, values: Record<string, string>): string => t(key, values);
  const { operands, measure } = names;
  return {
    names,
    why: ({ explanation, point }: Alarm): string =>
      explain(explanation, locale, {
        ...{ translate, knows: te, name: names.byParam, operands, measure },
        pointUnit: point === null ? null : names.unit(point),
      }),
    figure: (alarm: Alarm, live: number | null = null) => {
      const unit = alarm.point === null ? null : names.unit(alarm.point);
      return figureOf(alarm, shownValue(alarm, live, unit), unit, { locale, translate });
    },
  };
}

const chinese = consoleIn('zh-CN');
const english = consoleIn('en');
const ringing = (
  rule: string,
  code: string,
  params: Alarm['explanation']['params'],
  change: Partial<Alarm>,
) => alarmOf('a', { rule, ...change, explanation: { code, params: { rule, colour: 'red', ...params } } });

const TWO = ringing(
  'plant-two-detectors',
  'k-of-n',
  { which: 'D-b/nh3 = 28.2, D-a/nh3 = 39.9', count: 2, members: 6 },
  { point: 'D-b/ch4', value: 2, unit: null, limitValue: 2 },
);
const LEAK = ringing(
  'gas-leak-like',
  'composite',
  { which: 'D-b/ch4 = 1, D-b/ch4 = 1', names: 'gas, rise', count: 2, members: 2 },
  { point: 'D-b/ch4', value: null, unit: null, limitValue: null },
);
const BURST = ringing(
  'heat-burst',
  'k-of-n-near',
  { which: 'S-3/pressure = 0.051, S-5/pressure = 0.062', count: 2, members: 3, withinM: 1500 },
  { point: 'S-3/pressure', value: 2, unit: null, limitValue: 2 },
);

describe('an alarm of several points', () => {
  test('is called by its rule, never by what its own point measures', () => {
    expect(chinese.names.subject(TWO)).toBe('同一厂站两台探测器报警');
    expect(english.names.subject(TWO)).toBe('Two detectors of one plant in alarm');
    expect(chinese.names.subject(alarmOf('b', { point: 'D-b/ch4' }))).toBe('甲烷');
  });

  test('tells what decided by name, with units, and no id', () => {
    expect(chinese.why(TWO)).toBe(
      '同一厂站两台探测器报警：6 个测点中 2 个同时达到条件（氨 28.2 mg/m³、氨 39.9 mg/m³）',
    );
    expect(english.why(TWO)).toContain('(Ammonia 28.2 mg/m³, Ammonia 39.9 mg/m³)');
  });

  test('tells the parts of a condition in words, though one point stands for both', () => {
    expect(chinese.why(LEAK)).toBe('甲烷变化似燃气泄漏：条件成立（甲烷 1 %、甲烷 1 小时内上升 1 %）');
    expect(english.why(LEAK)).toContain('(Methane 1 %, Methane up 1 % in 1 h)');
  });

  test('names the places where they are several', () => {
    expect(chinese.why(BURST)).toContain(
      '（三号换热站 压力 1 分钟内下降 0.051 MPa、五号换热站 压力 1 分钟内下降 0.062 MPa）',
    );
  });

  test('shows values of a relation as their points tell them', () => {
    const ground = ringing(
      'trench-ground',
      'relation-difference',
      { which: 'T-1/ground = 284.15, T-2/ground = 278.15', count: 2, value: 6, limit: 5, unit: 'K' },
      { point: 'T-1/ground', value: 6, unit: 'K', limitValue: 5 },
    );
    expect(chinese.why(ground)).toContain('11 ℃、');
    expect(chinese.figure(ground, 11)).toEqual({ kind: 'relation', value: '6', unit: 'K', limit: '5 K' });
  });

  test('tells shares in per cent, each part by its own quantity', () => {
    const rupture = ringing(
      'gas-rupture',
      'combined',
      { which: 'G-1/pressure = 12, G-1/flow = 24', count: 2, members: 2 },
      { point: 'G-1/pressure', value: 2, unit: null, limitValue: 2 },
    );
    expect(chinese.why(rupture)).toContain('压力 5 分钟内下降 12 %、');
    expect(chinese.why(rupture)).toContain('5 分钟内上升 24 %');
  });

  test('has no number of its own, but those that decided, its own point first', () => {
    expect(chinese.figure(TWO, 0.06)).toEqual({ kind: 'joined', value: '', unit: '', limit: '' });
    expect(joinedFigures(chinese.names.operands(LEAK.explanation), 'D-b/ch4', 'zh-CN')).toEqual([
      { value: '甲烷 1', unit: '%' },
      { value: '甲烷 +1', unit: '%/1 小时' },
    ]);
    const [first] = joinedFigures(chinese.names.operands(BURST.explanation), 'S-5/pressure', 'zh-CN');
    expect(first).toEqual({ value: '压力 −0.06', unit: 'MPa/1 分钟' });
  });

  test('says how many there are where not all are named', () => {
    const { code, params } = TWO.explanation;
    const many = { ...TWO, explanation: { code, params: { ...params, count: 12 } } };
    expect(chinese.why(many)).toContain('等 12 个测点');
  });
});

test('a silent gateway tells what its points measure and how many they are', () => {
  const absent = ringing(
    'gateway-absent',
    'gateway-absent',
    { silentMs: 60_000, points: 26, first: 'G-1/pressure, G-1/flow, G-2/pressure' },
    { point: null },
  );
  const { zh: flow } = QUANTITIES.find(({ id }) => id === 'flow') ?? { zh: '' };
  expect(chinese.why(absent)).toBe(`网关离线已 1 分钟，影响压力、${flow}等 26 个测点`);
  expect(english.why(absent)).not.toContain('G-1');
});

describe('the number beside an alarm says what it is', () => {
  const windowed = (code: string, value: number, unit: string, windowMs: number, point: string) =>
    ringing('r', code, { windowMs, value, unit }, { point, value, unit, limitValue: 3 });

  test('a rise with its sign and its window, not the depth', () => {
    const rise = windowed('window-rise', 0.2, 'cm', 300_000, 'U-1/depth');
    expect(chinese.figure(rise, 0.8)).toEqual({
      ...{ kind: 'rise', value: '+0.2', unit: 'cm/5 分钟', limit: '3 cm' },
    });
    expect(english.figure(rise, 0.8).unit).toBe('cm/5 min');
  });

  test('a fall likewise, and none has no sign', () => {
    expect(chinese.figure(windowed('window-fall', 0.05, 'MPa', 60_000, 'S-3/pressure'))).toMatchObject({
      ...{ kind: 'fall', value: '−0.05', unit: 'MPa/1 分钟' },
    });
    expect(chinese.figure(windowed('window-fall', 0, 'MPa', 60_000, 'S-3/pressure')).value).toBe('0');
  });

  test('a time to a limit in whole minutes, and to which', () => {
    const eta = ringing(
      'ponding-eta',
      'eta-high',
      { target: 27, now: 25.9, value: 4.6258, limit: 5, unit: 'min', windowMs: 600_000 },
      { point: 'U-1/depth', value: 4.6258, unit: 'min', limitValue: 5 },
    );
    expect(chinese.figure(eta, 26)).toEqual({
      kind: 'eta',
      value: '约 5 分钟',
      unit: '',
      limit: '后到 27 cm',
    });
    expect(chinese.why(eta)).toContain('约 4.6 分钟后由 25.9 cm 升至 27 cm');
    expect(english.figure(eta).value).toBe('about 5 min');
  });

  test('people are counted as people', () => {
    expect(writtenUnit('{people}', 'zh-CN')).toBe('人');
    expect(writtenUnit('{people}', 'en')).toBe('people');
    const crowd = alarmOf('p', { point: 'D-p/people', value: 5, unit: '{people}', limitValue: 3 });
    expect(chinese.figure(crowd)).toEqual({ kind: 'now', value: '5', unit: '人', limit: '3 人' });
  });
});
