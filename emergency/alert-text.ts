/** What a person reads on their phone: level, place, quantity, value against limit, since when. Chinese first. */
import type { Alarm } from '#domain/alarm.ts';
import { isDerived, isJoined } from '#domain/judged.ts';
import { lifelineOf, quantityOf } from '#domain/catalogue.ts';
import type { Colour } from '#domain/colour.ts';
import type { AlarmFacts, NotificationItem } from '#domain/notification.ts';
import type { Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';

export const LEVEL_WORDS: Readonly<Record<Colour, string>> = {
  red: '一级（红）',
  orange: '二级（橙）',
  yellow: '三级（黄）',
  blue: '四级（蓝）',
};

/** Name of a rule for people; null where the catalogue knows none. */
export type RuleNamed = (rule: string) => string | null;

export function factsOf(alarm: Alarm, registry: Registry, named: RuleNamed): AlarmFacts {
  const point = alarm.point === null ? undefined : registry.points.get(alarm.point);
  const quantity = point === undefined ? undefined : quantityOf(point.quantity);
  const joined = isJoined(alarm);
  const rule = ruleText(alarm, named);
  // What several points decided is neither what its own point measures nor how many they were.
  const counted = joined && !isDerived(alarm);
  return {
    colour: alarm.colour,
    level: LEVEL_WORDS[alarm.colour],
    place: placeText(alarm, registry),
    quantity:
      quantity === undefined || joined ? rule : isDerived(alarm) ? `${quantity.zh}（${rule}）` : quantity.zh,
    value: counted ? '' : written(alarm.value, alarm.unit),
    limit: counted ? '' : written(alarm.limitValue, alarm.unit),
    since: clockText(alarm.onsetAt),
  };
}

/** 区县 设施（行业）, or what the alarm is about when it lies nowhere. */
function placeText(alarm: Alarm, registry: Registry): string {
  const facility = alarm.facility === null ? undefined : registry.facilities.get(alarm.facility);
  const area = alarm.area === null ? undefined : registry.areas.get(alarm.area)?.name;
  const lifeline = alarm.lifeline === null ? undefined : lifelineOf(alarm.lifeline)?.zh;
  const gateway = alarm.gateway === null ? undefined : registry.gateways.get(alarm.gateway)?.name;
  const where = [area, facility?.name ?? gateway ?? '平台'].filter((part) => part !== undefined).join(' ');
  return lifeline === undefined ? where : `${where}（${lifeline}）`;
}

const ruleText = ({ rule, explanation }: Alarm, named: RuleNamed): string => {
  const text = explanation.params['text'];
  return typeof text === 'string' && text !== '' ? text : (named(rule) ?? rule);
};

const UNITS: Readonly<Record<string, string>> = {
  '%{LEL}': '%LEL',
  '[ppm]': 'ppm',
  'mg/m3': 'mg/m³',
  'm3/h': 'm³/h',
  Cel: '℃',
  min: '分钟',
  '{people}': '人',
  '1': '',
};

/** `4.5 %LEL`; empty for none. At most two decimals. */
export function written(value: number | null, unit: string | null): string {
  if (value === null || !Number.isFinite(value)) return '';
  const name = unit === null ? '' : (UNITS[unit] ?? unit);
  return `${Number(value.toFixed(2))} ${name}`.trim();
}

/** 中国 keeps one time zone without summer time. */
const CITY_AHEAD_MS = 8 * 3_600_000;

/** `11月22日 16:52:07` in the city's time. */
export function clockText(at: Timestamp): string {
  const date = new Date(at + CITY_AHEAD_MS);
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日 ${time}`;
}

/** Head line and body of the message that carries `item`; `alarm` is null for a notice. */
export function alertText(
  item: NotificationItem,
  alarm: Alarm | null,
  registry: Registry,
  link: string | null,
  named: RuleNamed,
): { readonly title: string; readonly text: string; readonly colour: Colour } {
  if (item.notice !== null) {
    const { colour, flowName, text } = item.notice;
    return { colour, title: `【城市生命线】通知（${flowName}）`, text };
  }
  if (alarm === null) return { colour: 'red', title: '【城市生命线】报警', text: `回执：${link ?? ''}` };
  const facts = factsOf(alarm, registry, named);
  const reminder = item.kind === 'reminder';
  const title = `【城市生命线】${facts.level}报警${reminder ? `：第 ${item.step} 次提醒，尚无人接警` : ''}`;
  const value = facts.value === '' ? '' : ` ${facts.value}`;
  const limit = facts.limit === '' ? '' : `，限值 ${facts.limit}`;
  const lines = [
    `地点：${facts.place}`,
    `测项：${facts.quantity}${value}${limit}`,
    `开始：${facts.since}`,
    `收件：${item.name}`,
    ...(link === null ? [] : [`打开回执：${link}`]),
  ];
  return { colour: facts.colour, title, text: lines.join('\n') };
}
