/** What the officer chose to see; every part of it lives in the address, so a reload or a shared link loses nothing. */
import type { Alarm } from '#domain/alarm.ts';
import { COLOURS, type Colour } from '#domain/colour.ts';
import { TABS, type Tab } from './alarm-order.ts';

export type Filter = {
  readonly tab: Tab;
  /** Empty = every colour. Compared with the latched colour, which is what the row shows. */
  readonly colours: readonly Colour[];
  /** Lifeline id, `-` for alarms of none; null = all. */
  readonly lifeline: string | null;
  /** District or county, townships included; `-` for alarms of none; null = all. */
  readonly area: string | null;
  /** Words that must all occur in the row's text; '' = no restriction. */
  readonly text: string;
};

/** In place of a lifeline or area: alarms that have none (the platform's own). */
export const NONE = '-';

export const EVERYTHING: Filter = { tab: 'waiting', colours: [], lifeline: null, area: null, text: '' };

/** Reads the address's query; what it does not understand counts as not given. */
export function filterFromQuery(query: URLSearchParams): Filter {
  const wanted = (query.get('colour') ?? '').split(',');
  return {
    tab: TABS.find((tab) => tab === query.get('tab')) ?? EVERYTHING.tab,
    colours: COLOURS.filter((colour) => wanted.includes(colour)),
    lifeline: idOf(query.get('lifeline')),
    area: idOf(query.get('area')),
    text: query.get('q') ?? '',
  };
}

/** The query of a filter, without what is at its default. */
export function filterToQuery(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.tab !== EVERYTHING.tab) query.set('tab', filter.tab);
  if (filter.colours.length > 0) query.set('colour', filter.colours.join(','));
  if (filter.lifeline !== null) query.set('lifeline', filter.lifeline);
  if (filter.area !== null) query.set('area', filter.area);
  if (filter.text !== '') query.set('q', filter.text);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What the filter compares an alarm by. */
export type Compared = {
  /** What a row shows, so that people find what they see. */
  textOf(alarm: Alarm): string;
  /** The district or county an alarm's area belongs to; null for one of none. */
  districtOf(area: string | null): string | null;
};

export function matches(filter: Filter, alarm: Alarm, by: Compared): boolean {
  if (filter.colours.length > 0 && !filter.colours.includes(alarm.highestColour)) return false;
  if (filter.lifeline !== null && filter.lifeline !== (alarm.lifeline ?? NONE)) return false;
  if (filter.area !== null && filter.area !== (by.districtOf(alarm.area) ?? NONE)) return false;
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = by.textOf(alarm).toLowerCase();
  return words.every((word) => text.includes(word));
}

/** One key, one colour: pressing the only chosen colour again shows all. */
export function toggleColour(filter: Filter, colour: Colour): Filter {
  const only = filter.colours.length === 1 && filter.colours[0] === colour;
  return { ...filter, colours: only ? [] : [colour] };
}

/** Pressing the chosen cell, row or column of the area panel again shows all. */
export function togglePlace(filter: Filter, lifeline: string | null, area: string | null): Filter {
  const chosen = filter.lifeline === lifeline && filter.area === area;
  return { ...filter, lifeline: chosen ? null : lifeline, area: chosen ? null : area };
}

const idOf = (text: string | null): string | null =>
  text !== null && /^[A-Za-z0-9._-]{1,64}$/.test(text) ? text : null;
