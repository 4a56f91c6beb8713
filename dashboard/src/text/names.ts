/** What an alarm is called on screen: names for its ids, in the reader's language; the id itself where no name is known. */
import type { Alarm, Explanation } from '#domain/alarm.ts';
import { isJoined } from '#domain/judged.ts';
import type { Organisation } from '#domain/registry.ts';
import { inLanguage, type Catalogue } from '../api/catalogue.ts';
import type { Directory } from '../api/directory.ts';
import type { Locale } from './clock.ts';
import { operandsOf, type NamedOperand } from './operands.ts';
import { initials } from './pinyin.ts';

export type Names = {
  facility(alarm: Alarm): string;
  area(alarm: Alarm): string;
  lifeline(alarm: Alarm): string;
  rule(alarm: Alarm): string;
  /** Name of the measured quantity; null for an alarm of a gateway or of the system. */
  quantity(alarm: Alarm): string | null;
  /** What the alarm is called: its quantity; its rule where no quantity is meant, or several points decided. */
  subject(alarm: Alarm): string;
  /** What a rule across points decided by; empty for every other alarm. */
  operands(explanation: Explanation): readonly NamedOperand[];
  /** Name of what a point measures; its unit, null until it has been read. */
  measure(point: string): string;
  unit(point: string): string | null;
  owner(alarm: Alarm): Organisation | null;
  /** Name of a thing by the parameter that holds its id (`point`, `facility`, `quantity` …), or null. */
  byParam(param: string, id: string): string | null;
  /** Every lifeline of the catalogue; `shipped` = the platform has rules for it. */
  lifelines(): readonly { readonly id: string; readonly name: string; readonly shipped: boolean }[];
  /** Name of a lifeline, facility kind, quantity or area by its id; the id itself when unknown. */
  called(id: string): string;
  /** A person by the name the log-in name stands for; the log-in name itself where none is known. */
  person(username: string): string;
  /** Everything a row shows, for searching; besides code, duty phone, number of the incident, and the initials of names. */
  searchText(alarm: Alarm): string;
};

export type NameSources = {
  catalogue(): Catalogue;
  readonly directory: Directory;
  locale(): Locale;
  /** Number of an open incident; null when it is not known. */
  incidentNumber(id: string): number | null;
  /** Text of the console's own language files; null when there is none. */
  text(key: string): string | null;
};

/** Channels carry the quantity's name by custom: it stands in until the point itself is known. */
const channelOf = (point: string): string => point.slice(point.indexOf('/') + 1);

export const digitsOf = (phone: string): string => phone.replace(/\D/g, '');

export function createNames(sources: NameSources): Names {
  const { directory } = sources;
  const named = (id: string) => inLanguage(sources.catalogue().names.get(id), sources.locale());

  const names: Names = {
    facility(alarm) {
      if (alarm.facility !== null) return facilityName(alarm.facility);
      if (alarm.gateway === null && alarm.area !== null) return areaName(alarm.area);
      return alarm.gateway ?? sources.text('words.platform') ?? '';
    },
    area: (alarm) => (alarm.area === null ? '' : areaName(alarm.area)),
    lifeline: (alarm) =>
      alarm.lifeline === null
        ? ''
        : (named(alarm.lifeline) ?? sources.text(`lifeline.${alarm.lifeline}`) ?? alarm.lifeline),
    rule: (alarm) => ruleName(alarm.rule),
    quantity(alarm) {
      if (alarm.point === null) return null;
      directory.want('points', alarm.point);
      return quantityName(alarm.point);
    },
    subject: (alarm) => (isJoined(alarm) ? null : names.quantity(alarm)) ?? names.rule(alarm),
    operands(explanation) {
      const rule = sources.catalogue().rules.get(String(explanation.params['rule'] ?? ''))?.terms;
      // Members of one place need no place; those of several places do.
      const apart = explanation.params['withinM'] !== undefined;
      return operandsOf(explanation, rule, factsOf).map((operand) => ({
        ...operand,
        name: quantityName(operand.point),
        facility: apart ? placeOf(operand.point) : null,
      }));
    },
    measure(point) {
      directory.want('points', point);
      return quantityName(point);
    },
    unit: (point) => factsOf(point).unit,
    owner(alarm) {
      const facility = alarm.facility === null ? undefined : directory.facilities.get(alarm.facility);
      const organisation = facility?.organisation;
      return organisation === undefined ? null : (directory.organisations.get(organisation) ?? null);
    },
    byParam(param, id) {
      if (param === 'facility') return directory.facilities.get(id)?.name ?? null;
      if (param === 'area') return directory.areas.get(id)?.name ?? null;
      if (/^(rule|of)$/.test(param)) return id.split(/,\s*/).map(ruleName).join('、');
      if (/^(quantity|lifeline|kind)/.test(param)) return named(id);
      if (/^colour|Colour$/.test(param)) return sources.text(`level.${id}`);
      if (/^limit(Name)?$/.test(param)) return sources.text(`limit.${id}`);
      if (/^(reason|code)$/.test(param)) return sources.text(`reason.${id}`);
      return null;
    },
    lifelines: () =>
      sources.catalogue().lifelines.map(({ id, shipped }) => ({ id, shipped, name: names.called(id) })),
    called: (id) => directory.areas.get(id)?.name ?? named(id) ?? sources.text(`lifeline.${id}`) ?? id,
    person: (username) => directory.people.get(username) ?? username,
    searchText(alarm) {
      const owner = names.owner(alarm);
      const number = alarm.incident === undefined ? null : sources.incidentNumber(alarm.incident.id);
      const shown = [names.facility(alarm), names.area(alarm), names.lifeline(alarm), owner?.name ?? ''];
      return [
        ...shown,
        ...shown.flatMap(initials),
        alarm.facility,
        directory.facilities.get(alarm.facility ?? '')?.code,
        names.rule(alarm),
        alarm.point === null ? '' : quantityName(alarm.point),
        owner === null ? '' : `${owner.dutyPhone} ${digitsOf(owner.dutyPhone)}`,
        number === null ? '' : `#${number}`,
        alarm.point,
        alarm.gateway,
        alarm.acknowledgedBy,
        alarm.acknowledgedBy === null ? '' : names.person(alarm.acknowledgedBy),
      ].join(' ');
    },
  };
  return names;

  function factsOf(id: string) {
    directory.want('points', id);
    const point = directory.points.get(id);
    return {
      unit: point?.unit ?? null,
      quantity: point?.quantity ?? null,
      attributes: point?.attributes,
    };
  }
  /** Of the point's device; null until both have been read. */
  function placeOf(point: string): string | null {
    const id = point.slice(0, point.indexOf('/'));
    directory.want('devices', id);
    const device = directory.devices.get(id);
    return device === undefined ? null : facilityName(device.facility);
  }
  function quantityName(point: string): string {
    const quantity = directory.points.get(point)?.quantity ?? channelOf(point);
    return named(quantity) ?? sources.text(`quantity.${quantity}`) ?? quantity;
  }
  function facilityName(id: string): string {
    const facility = directory.facilities.get(id);
    if (facility === undefined) directory.want('facilities', id);
    return facility?.name ?? id;
  }
  function areaName(id: string): string {
    return directory.areas.get(id)?.name ?? named(id) ?? id;
  }
  function ruleName(id: string): string {
    return (
      inLanguage(sources.catalogue().rules.get(id)?.name, sources.locale()) ??
      sources.text(`rule.${id}`) ??
      id
    );
  }
}
