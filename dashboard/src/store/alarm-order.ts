/** Where an alarm stands on the console: its tab, its place in the order, and what is counted. */
import { isOpen, type Alarm } from '#domain/alarm.ts';
import { COLOURS, colourRank, type Colour } from '#domain/colour.ts';

/** 待接警 · 处置中 · 已恢复待接警 · 搁置 (everything suppressed, with its kind on the row). */
export const TABS = ['waiting', 'handling', 'returned', 'suppressed'] as const;
export type Tab = (typeof TABS)[number];

/** Null for an alarm that owes nobody anything (normal, historical, withdrawn). */
export function tabOf(alarm: Alarm): Tab | null {
  if (!isOpen(alarm) || alarm.withdrawn === true) return null;
  if (alarm.suppression !== 'none') return 'suppressed';
  if (alarm.state === 'acknowledged') return 'handling';
  return alarm.state === 'unacknowledged' ? 'waiting' : 'returned';
}

/** Nobody has taken it yet and nothing keeps it quiet. */
export const isWaiting = (alarm: Alarm): boolean => {
  const tab = tabOf(alarm);
  return tab === 'waiting' || tab === 'returned';
};

/** Unacknowledged first, then the latched colour, then the newest; the id settles ties. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    owed(a) - owed(b) ||
    colourRank(b.highestColour) - colourRank(a.highestColour) ||
    b.onsetAt - a.onsetAt ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

export type ColourCount = { readonly open: number; readonly waiting: number };
export type Counts = {
  readonly colours: Readonly<Record<Colour, ColourCount>>;
  readonly tabs: Readonly<Record<Tab, number>>;
};

/** Open alarms by latched colour (suppressed ones only under their tab) and by tab. */
export function countAlarms(alarms: Iterable<Alarm>): Counts {
  const colours = {
    blue: { open: 0, waiting: 0 },
    yellow: { open: 0, waiting: 0 },
    orange: { open: 0, waiting: 0 },
    red: { open: 0, waiting: 0 },
  };
  const tabs = { waiting: 0, handling: 0, returned: 0, suppressed: 0 };
  for (const alarm of alarms) {
    const tab = tabOf(alarm);
    if (tab === null) continue;
    tabs[tab]++;
    if (tab === 'suppressed') continue;
    colours[alarm.highestColour].open++;
    if (tab !== 'handling') colours[alarm.highestColour].waiting++;
  }
  return { colours, tabs };
}

/** 1 for red (一级) down to 4 for blue (四级). */
export const levelNumber = (colour: Colour): number => COLOURS.length - colourRank(colour);

/** In the order of drawing: where marks overlap, the worst is seen. */
export const worstLast = <T extends { readonly colour: Colour }>(marks: readonly T[]): T[] =>
  marks.toSorted((a, b) => levelNumber(b.colour) - levelNumber(a.colour));

function owed(alarm: Alarm): number {
  if (alarm.state === 'unacknowledged') return 0;
  return alarm.state === 'returned-unacknowledged' ? 1 : 2;
}
