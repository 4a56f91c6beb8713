/** The words of one alarm on a row and in the head of the detail. */
import { computed, type ComputedRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import { useDuty } from '../context.ts';
import { shownValue } from '../store/alarm-value.ts';
import { figureOf, joinedFigures, type Figure } from '../text/alarm-figure.ts';
import { momentText } from '../text/clock.ts';
import { useText } from '../text/language.ts';

/** What a flow or a person wrote when they raised it; null for every other alarm. */
const raisedText = ({ rule, explanation }: Alarm): string | null => {
  const text = explanation.params['text'];
  return rule.startsWith('raised-by-') && typeof text === 'string' && text !== '' ? text : null;
};

const BLINK_MS = 120_000;

export type AlarmWords = {
  readonly level: string;
  readonly place: string;
  /** What is measured, or the rule for an alarm without a point and for one across points. */
  readonly subject: string;
  /** Area, rule and owner, separated by middle dots. */
  readonly circumstances: string;
  readonly value: string;
  readonly unit: string;
  readonly limit: string;
  readonly onset: string;
  readonly state: string;
  /** Tags beside the state: 未入账, 当前三级, 待复位, a suppression. */
  readonly tags: readonly string[];
  /** Untaken red or orange blinks for its first two minutes. */
  readonly blink: boolean;
};

export function useAlarmWords(of: () => Alarm): ComputedRef<AlarmWords> {
  const duty = useDuty();
  const { t, locale, level } = useText();
  const translate = (key: string, values: Record<string, string>): string => t(key, values);
  const { names } = duty;
  return computed(() => {
    const alarm = of();
    // Names arrive after alarms: a new picture reads them again.
    void duty.picture.value;
    void duty.catalogue.value;
    const { now } = duty.second.value;
    const rule = names.rule(alarm);
    const subject = raisedText(alarm) ?? names.subject(alarm);
    const { point } = alarm;
    const live = point === null ? null : (duty.value(point)?.value ?? null);
    const pointUnit = point === null ? null : (duty.directory.points.get(point)?.unit ?? null);
    const shown = shownValue(alarm, live, pointUnit);
    const figure = figureOf(alarm, shown, pointUnit, { locale: locale.value, translate });
    const [value, unit, limit] = figure.kind === 'joined' ? joinedWords(alarm) : figureWords(figure);
    const grave = alarm.highestColour === 'red' || alarm.highestColour === 'orange';
    return {
      level: level(alarm.highestColour),
      place: names.facility(alarm),
      subject,
      circumstances: [names.area(alarm), rule === subject ? '' : rule, names.owner(alarm)?.name ?? '']
        .filter((word) => word !== '')
        .join(' · '),
      ...{ value, unit, limit },
      onset: momentText(alarm.onsetAt, now, locale.value),
      state: stateText(alarm),
      tags: tagsOf(alarm),
      blink: alarm.state === 'unacknowledged' && grave && now - alarm.onsetAt < BLINK_MS,
    };
  });

  function figureWords({ kind, value, unit, limit }: Figure): readonly [string, string, string] {
    if (limit === '' || kind === 'eta') return [value, unit, limit];
    return [value, unit, t('alarm.limit', { value: limit })];
  }
  /** Of a rule across points what decided stands in place of value and limit: the first two, or one and how many. */
  function joinedWords(alarm: Alarm): readonly [string, string, string] {
    const operands = names.operands(alarm.explanation);
    const [first, second] = joinedFigures(operands, alarm.point, locale.value);
    if (first === undefined) return ['', '', ''];
    const more = operands.length > 2 ? t('operand.count', { n: operands.length }) : '';
    return [
      first.value,
      first.unit,
      more !== '' || second === undefined ? more : `${second.value} ${second.unit}`,
    ];
  }
  function stateText(alarm: Alarm): string {
    if (alarm.historical) return t('state.historical');
    if (alarm.state === 'acknowledged' && alarm.acknowledgedBy !== null) {
      return t('state.acknowledgedBy', { who: duty.names.person(alarm.acknowledgedBy) });
    }
    return t(`state.${alarm.state}`);
  }
  function tagsOf(alarm: Alarm): string[] {
    const tags: string[] = [];
    if (alarm.unjournaled === true) tags.push(t('alarm.unjournaled'));
    if (alarm.withdrawn === true) tags.push(t('alarm.withdrawn'));
    if (alarm.suppression !== 'none') tags.push(t(`suppression.${alarm.suppression}`));
    if (alarm.colour !== alarm.highestColour) tags.push(t('alarm.nowLevel', { level: level(alarm.colour) }));
    if (alarm.latched && !alarm.active && alarm.state === 'acknowledged') tags.push(t('alarm.toReset'));
    return tags;
  }
}
