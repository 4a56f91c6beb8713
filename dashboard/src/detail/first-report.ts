/** 初报: the first report of an alarm, ready to be read out, copied or printed. What is not known is left for a person to fill in. */
import type { Alarm } from '#domain/alarm.ts';
import { isJoined } from '#domain/judged.ts';
import type { Told } from '../api/notifications.ts';
import { inLanguage, type Catalogue } from '../api/catalogue.ts';
import type { Directory } from '../api/directory.ts';
import type { StoryEvent } from '../store/timeline.ts';
import { shownValue } from '../store/alarm-value.ts';
import type { Locale } from '../text/clock.ts';
import { figureKind, figureOf, type Figure } from '../text/alarm-figure.ts';
import { clockTime, dayText, durationText } from '../text/clock.ts';
import type { Names } from '../text/names.ts';
import { operandList } from '../text/operands.ts';
import { writtenValue } from '../text/unit.ts';

export type ReportSources = {
  readonly alarm: Alarm;
  readonly events: readonly StoryEvent[];
  readonly told: readonly Told[];
  readonly names: Names;
  readonly directory: Directory;
  readonly catalogue: Catalogue;
  readonly locale: Locale;
  readonly now: number;
  /** The point's newest value; null where there is none. */
  readonly live: number | null;
  /** The same of any other point. */
  liveOf(point: string): number | null;
  readonly reporter: string;
  readonly why: string;
  t(key: string, values?: Record<string, string>): string;
  coded(group: string, code: string): string;
};

/** Plain text, a line a part. */
export function firstReport(sources: ReportSources): string {
  const { alarm, names, directory, locale, now, t } = sources;
  const facility = directory.facilities.get(alarm.facility ?? '');
  const owner = names.owner(alarm);
  const moment = (at: number): string => `${dayText(at, locale)} ${clockTime(at)}`;
  const at = facility?.location;
  const place = [
    ...[names.area(alarm), names.facility(alarm), facility?.code ?? alarm.facility ?? ''],
    at === undefined ? '' : `${at.lon.toFixed(5)}°E ${at.lat.toFixed(5)}°N`,
  ].filter((part) => part !== '');
  const level = t(`level.${alarm.highestColour}`);
  const { limit } = figure(sources, alarm);
  const measured = names.subject(alarm);
  const lines = [
    t('firstReport.title', { level }),
    t('firstReport.time', { at: moment(alarm.onsetAt) }),
    alarm.returnedAt === null
      ? t('firstReport.lasting', { at: moment(now), lasting: durationText(now - alarm.onsetAt) })
      : t('firstReport.returned', {
          at: moment(alarm.returnedAt),
          lasting: durationText(alarm.returnedAt - alarm.onsetAt),
        }),
    t('firstReport.place', { place: place.join(t('words.comma')) }),
    t('firstReport.what', { lifeline: names.lifeline(alarm), measured, level, why: sources.why }),
    ...(limit === '' ? [] : [t('firstReport.limit', { limit, rule: names.rule(alarm) })]),
    ...valuesOf(sources, moment),
    t(
      'firstReport.owner',
      owner === null ? { name: '—', phone: '—' } : { name: owner.name, phone: owner.dutyPhone },
    ),
    t('firstReport.done', { done: measuresOf(sources, moment) }),
    t('firstReport.advice', { advice: adviceOf(sources) }),
    t('firstReport.casualties'),
    t('firstReport.by', { who: sources.reporter, at: moment(now) }),
  ];
  return lines.join('\n');
}

/** What was measured at the onset, at the worst, at the return, and now: each with its own time, each value once. */
function valuesOf(sources: ReportSources, moment: (at: number) => string): string[] {
  const { alarm, events, now, t } = sources;
  const own = events.filter(({ alarm: { onsetAt } }) => onsetAt === alarm.onsetAt);
  const first = own.find(({ change }) => change === 'raised' || change === 'reactivated');
  const worst = own.findLast(
    ({ change, alarm: { colour } }) => change === 'colour' && colour === alarm.highestColour,
  );
  const back = alarm.returnedAt === null ? undefined : own.find(({ at }) => at === alarm.returnedAt);
  const lines = [
    { name: 'atOnset', event: first },
    { name: 'atWorst', event: worst },
    { name: 'atReturn', event: back },
  ].flatMap(({ name, event }) => {
    const value = event === undefined ? '' : told(sources, event.alarm);
    return event === undefined || value === ''
      ? []
      : [t(`firstReport.${name}`, { at: moment(event.at), value })];
  });
  const newest = newestOf(sources);
  if (newest !== '') lines.push(t('firstReport.atNow', { at: moment(now), value: newest }));
  return lines;
}

const figure = ({ names, locale, t }: ReportSources, alarm: Alarm): Figure =>
  figureOf(alarm, shownValue(alarm, null, null), alarm.point === null ? null : names.unit(alarm.point), {
    locale,
    translate: t,
  });

/** The value of the alarm as it was, with what it is where it is no reading; of several points what decided. */
function told(sources: ReportSources, alarm: Alarm): string {
  const { names, locale, t } = sources;
  if (isJoined(alarm)) {
    const operands = operandList(names.operands(alarm.explanation), alarm.explanation, locale, t);
    if (operands !== '' || figureKind(alarm) === 'joined') return operands;
  }
  if (alarm.value === null) return '';
  const { kind, value, unit } = figure(sources, alarm);
  const label = kind === 'now' ? '' : `${t(`figure.${kind}`)} `;
  return `${label}${value} ${unit}`.trim();
}

/** What the points say now, where the alarm is about values of points. */
function newestOf({ alarm, live, liveOf, names, locale, t }: ReportSources): string {
  if (isJoined(alarm)) {
    const now = names.operands(alarm.explanation).flatMap((one) => {
      const value = one.signal === 'value' && one.unit === names.unit(one.point) ? liveOf(one.point) : null;
      return value === null ? [] : [{ ...one, value }];
    });
    return operandList(now, { code: '', params: {} }, locale, t);
  }
  const newest = shownValue(alarm, live, null);
  const known = live !== null && newest.value === live && newest.unit !== null;
  return known ? writtenValue(live, newest.unit, 2, locale) : '';
}

/** What people did, and who was told, in order of time. */
function measuresOf(
  { events, told, names, t, coded }: ReportSources,
  moment: (at: number) => string,
): string {
  const done = events.flatMap(({ at, by, change, note }) =>
    by === null
      ? []
      : [
          {
            at,
            text: `${names.person(by)} ${coded('change', change)}${note === null || note === '' ? '' : ` ${note}`}`,
          },
        ],
  );
  const called = told.map(({ at, name, channel, state }) => ({
    at,
    text: t('firstReport.told', {
      name,
      channel: channel === null ? '—' : coded('channel', channel),
      state: coded('toldState', state),
    }),
  }));
  const all = [...done, ...called].sort((a, b) => a.at - b.at);
  return all.length === 0 ? '—' : all.map(({ at, text }) => `\n  ${moment(at)} ${text}`).join('');
}

const adviceOf = ({ catalogue, alarm, locale }: ReportSources): string =>
  inLanguage(catalogue.rules.get(alarm.rule)?.response, locale) ?? '—';
