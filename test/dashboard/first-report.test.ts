/** The prepared 初报: each value stands with the time it was measured at. */
import { createI18n } from 'vue-i18n';
import { expect, test } from 'vitest';
import type { Alarm, AlarmChange } from '#domain/alarm.ts';
import { EMPTY_CATALOGUE } from '../../dashboard/src/api/catalogue.ts';
import { createDirectory } from '../../dashboard/src/api/directory.ts';
import { firstReport } from '../../dashboard/src/detail/first-report.ts';
import type { StoryEvent } from '../../dashboard/src/store/timeline.ts';
import { createNames } from '../../dashboard/src/text/names.ts';
import zh from '../../dashboard/src/text/zh-CN.json' with { type: 'json' };
import { alarmOf } from './alarm-fixture.ts';

const { t, te } = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zh } }).global;
/** 16:00:00 in the city. */
const START = Date.UTC(2026, 10, 22, 8);
const at = (second: number): number => START + second * 1_000;
const noAnswer = async () =>
  ({ ok: false, problem: { status: 0, code: '', detail: '', document: {} } }) as const;
const directory = createDirectory(
  noAnswer,
  () => {},
  () => true,
);
const names = createNames({
  ...{ catalogue: () => EMPTY_CATALOGUE, directory, locale: () => 'zh-CN' as const },
  ...{ incidentNumber: () => null, text: (key: string) => (te(key) ? t(key) : null) },
});

const onset = alarmOf('a', {
  onsetAt: at(0),
  value: 2.6,
  unit: '%',
  colour: 'orange',
  highestColour: 'orange',
});
const event = (second: number, change: AlarmChange, alarm: Alarm): StoryEvent => ({
  ...{ sequence: second, at: at(second), change, by: null, note: null, ring: true, reason: '', alarm },
});
const report = (alarm: Alarm, events: readonly StoryEvent[], live: number | null): string[] =>
  firstReport({
    ...{ alarm, events, live, told: [], names, directory, catalogue: EMPTY_CATALOGUE, locale: 'zh-CN' },
    ...{ now: at(600), reporter: '张三', why: '', liveOf: () => null },
    t: (key, values = {}) => t(key, values),
    coded: (_group, code) => code,
  }).split('\n');

test('of an alarm that has returned: onset, highest level, return and now, each apart', () => {
  const worst = { ...onset, colour: 'red', highestColour: 'red', value: 4.2 } as const;
  const back = {
    ...worst,
    active: false,
    returnedAt: at(240),
    state: 'returned-unacknowledged',
    value: 0.3,
  } as const;
  const story = [event(0, 'raised', onset), event(60, 'colour', worst), event(240, 'returned', back)];
  const lines = report(back, story, 0.25);
  for (const line of [
    '报警时间：11月22日 16:00:00',
    '状态：已于 11月22日 16:04:00 恢复，持续 04:00',
    '报警时（11月22日 16:00:00）：2.6 %',
    '升至最高级别时（11月22日 16:01:00）：4.2 %',
    '恢复时（11月22日 16:04:00）：0.3 %',
    '报告时（11月22日 16:10:00）：0.25 %',
  ])
    expect(lines).toContain(line);
});

test('of one that lasts: how long by now, and no line for what has not been', () => {
  const lines = report(onset, [event(0, 'raised', onset)], null);
  expect(lines).toContain('状态：至 11月22日 16:10:00 仍未恢复，已持续 10:00');
  expect(lines.filter((line) => line.endsWith('：2.6 %'))).toEqual(['报警时（11月22日 16:00:00）：2.6 %']);
  expect(lines.some((line) => /恢复时|升至|报告时/.test(line))).toBe(false);
});

test('a value made of several readings is never given out as the point’s own of now', () => {
  const rise = { ...onset, explanation: { code: 'window-rise', params: {} } };
  expect(report(rise, [event(0, 'raised', rise)], 55).join()).not.toContain('55');
});

test('of an alarm of several points: its rule, and what decided, never what its own point measures', () => {
  const joined = {
    ...onset,
    rule: 'plant-two-detectors',
    ...{ point: 'D-b/ch4', value: 2, unit: null, limitValue: 2 },
    explanation: {
      code: 'k-of-n',
      params: { rule: 'plant-two-detectors', which: 'D-b/nh3 = 28.2', count: 1 },
    },
  };
  const text = report(joined, [event(0, 'raised', joined)], 0.06).join('\n');
  expect(text).toContain('：nh3 28.2');
  expect(text).toContain(`${names.lifeline(joined)} ${names.rule(joined)}`);
  expect(text).not.toMatch(/甲烷|0\.06|D-b|限值/);
});

test('the value of a rise is told as a rise', () => {
  const rise = {
    ...{ ...onset, unit: 'cm', value: 3.4 },
    explanation: { code: 'window-rise', params: { windowMs: 300_000 } },
  };
  expect(report(rise, [event(0, 'raised', rise)], null)).toContain(
    '报警时（11月22日 16:00:00）：上升 +3.4 cm/5 分钟',
  );
});
