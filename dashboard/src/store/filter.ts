/** What the officer chose to see; every part of it lives in the address, so a reload or a shared link loses nothing. */
import type { Alarm } from '#domain/alarm.ts';
import { COLOURS, type Colour } from '#domain/colour.ts';
import { TABS, type Tab } from './alarm-order.ts';

export type Filter = {
  readonly tab: Tab;
  /** Empty = every colour. Compared with the latched colour, which is what the row shows. */
  readonly colours: readonly Colour[];
  /** Words that must all occur in the row's text; '' = no restriction. */
  readonly text: string;
};

export const EVERYTHING: Filter = { tab: 'waiting', colours: [], text: '' };

/** Reads the address's query; what it does not understand counts as not given. */
export function filterFromQuery(query: URLSearchParams): Filter {
  const wanted = (query.get('colour') ?? '').split(',');
  return {
    tab: TABS.find((tab) => tab === query.get('tab')) ?? EVERYTHING.tab,
    colours: COLOURS.filter((colour) => wanted.includes(colour)),
    text: query.get('q') ?? '',
  };
}

/** The query of a filter, without what is at its default. */
export function filterToQuery(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.tab !== EVERYTHING.tab) query.set('tab', filter.tab);
  if (filter.colours.length > 0) query.set('colour', filter.colours.join(','));
  if (filter.text !== '') query.set('q', filter.text);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** `textOf` gives what a row shows, so that people find what they see. */
export function matches(filter: Filter, alarm: Alarm, textOf: (alarm: Alarm) => string): boolean {
  if (filter.colours.length > 0 && !filter.colours.includes(alarm.highestColour)) return false;
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = textOf(alarm).toLowerCase();
  return words.every((word) => text.includes(word));
}

/** One key, one colour: pressing the only chosen colour again shows all. */
export function toggleColour(filter: Filter, colour: Colour): Filter {
  const only = filter.colours.length === 1 && filter.colours[0] === colour;
  return { ...filter, colours: only ? [] : [colour] };
}
