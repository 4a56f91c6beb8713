/** Lists of alarms as one person may see them: the open ones from the engine, all from the ledger brought up to date. */
import { isOpen, type Alarm } from '#domain/alarm.ts';
import type { Scope } from '#domain/user.ts';
import type { Context } from './context.ts';
import { parseInstant } from './instant.ts';
import { pageSize, readCursor, writeCursor, type Page } from './paging.ts';
import { gatewaysSeen, isUnrestricted, seesAlarm, withDescendants, type Holder } from './rights.ts';
import type { AlarmFilter } from './ports.ts';

export type AlarmQuery = {
  readonly state?: 'open' | 'all';
  readonly colour?: string;
  readonly area?: string;
  readonly lifeline?: string;
  readonly facility?: string;
  readonly incident?: string;
  readonly rule?: string;
  readonly point?: string;
  readonly onsetBefore?: string;
  readonly cursor?: string;
  readonly limit?: string;
};

/** The alarm as the engine has it, else as the ledger kept it; null when it is not this person's to see. */
export async function findAlarm(context: Context, holder: Holder, id: string): Promise<Alarm | null> {
  const alarm = context.city.alarm(id) ?? (await context.ledger.alarm(id));
  return alarm !== null && seesAlarm(holder, context.city.registry(), alarm) ? alarm : null;
}

/** Newest onset first; a page goes on after the last alarm of the one before, whatever has come since. */
export async function listAlarms(context: Context, holder: Holder, query: AlarmQuery): Promise<Page<Alarm>> {
  const size = pageSize(query.limit);
  const before = query.cursor === undefined ? startOf(query) : placeIn(query.cursor);
  const wanted = matcher(context, holder, query);
  const current = context.city
    .openAlarms()
    .filter((alarm) => wanted(alarm) && (before === null || isAfter(alarm, before)));
  const { alarms, readTo } =
    query.state === 'all'
      ? await kept(context, holder, query, before, size, current, wanted)
      : { alarms: current, readTo: null };
  const sorted = [...alarms].sort(byOnset);
  const items = sorted.slice(0, size);
  const end = sorted.length > size ? items.at(-1) : readTo;
  return {
    items,
    next: end === null || end === undefined ? null : writeCursor('alarms', [end.onsetAt, end.id]),
  };
}

/** `readTo`: the last alarm that the ledger gave, when it has more. */
type Kept = { readonly alarms: readonly Alarm[]; readonly readTo: Place | null };

/** The ledger follows the engine by a moment: what the engine holds is newer. */
async function kept(
  context: Context,
  holder: Holder,
  query: AlarmQuery,
  before: Place | null,
  size: number,
  current: readonly Alarm[],
  wanted: (alarm: Alarm) => boolean,
): Promise<Kept> {
  const found = await context.ledger.alarms(filterOf(context, holder, query, before, size + 1));
  const byId = new Map<string, Alarm>();
  for (const alarm of found) {
    const newer = context.city.alarm(alarm.id);
    const shown = newer !== undefined && newer.sequence >= alarm.sequence ? newer : alarm;
    if (wanted(shown)) byId.set(shown.id, shown);
  }
  // Beyond the ledger's own page, an open alarm would hide others that stand between.
  const readTo = found.length > size ? (found.at(-1) ?? null) : null;
  for (const alarm of current) {
    if (readTo === null || byOnset(alarm, readTo) <= 0) byId.set(alarm.id, alarm);
  }
  return { alarms: [...byId.values()], readTo };
}

type Place = { readonly onsetAt: number; readonly id: string };

const startOf = ({ onsetBefore }: AlarmQuery): Place | null =>
  onsetBefore === undefined ? null : { onsetAt: parseInstant('onsetBefore', onsetBefore), id: '' };

function placeIn(cursor: string): Place {
  const [onsetAt, id] = readCursor('alarms', cursor, ['number', 'string']);
  return { onsetAt: Number(onsetAt), id: String(id) };
}

const byOnset = (a: Place, b: Place): number =>
  b.onsetAt - a.onsetAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
const isAfter = (alarm: Place, before: Place): boolean => byOnset(before, alarm) < 0;

function matcher(context: Context, holder: Holder, query: AlarmQuery): (alarm: Alarm) => boolean {
  const areas = query.area === undefined ? null : withDescendants([query.area], context.city.registry());
  return (alarm) =>
    (query.state === 'all' || isOpen(alarm)) &&
    (query.colour === undefined || alarm.colour === query.colour) &&
    (query.lifeline === undefined || alarm.lifeline === query.lifeline) &&
    (query.facility === undefined || alarm.facility === query.facility) &&
    (query.incident === undefined || alarm.incident?.id === query.incident) &&
    (query.rule === undefined || alarm.rule === query.rule) &&
    (query.point === undefined || alarm.point === query.point) &&
    (areas === null || (alarm.area !== null && areas.includes(alarm.area))) &&
    seesAlarm(holder, context.city.registry(), alarm);
}

function filterOf(
  context: Context,
  holder: Holder,
  query: AlarmQuery,
  before: Place | null,
  limit: number,
): AlarmFilter {
  const { colour, lifeline, facility, incident, rule, point } = query;
  return {
    ...(colour === undefined ? {} : { colour }),
    ...(lifeline === undefined ? {} : { lifeline }),
    ...(facility === undefined ? {} : { facility }),
    ...(incident === undefined ? {} : { incident }),
    ...(rule === undefined ? {} : { rule }),
    ...(point === undefined ? {} : { point }),
    ...(before === null ? {} : { before }),
    scope: narrowed(context, holder.scope, query.area),
    ...(query.area !== undefined || isUnrestricted(holder.scope)
      ? {}
      : { gateways: gatewaysSeen(holder, context.city.registry()) }),
    limit,
  };
}

/** An area asked for stands for its townships too, like one of the scope: the two are cut together. */
function narrowed(context: Context, scope: Scope, area: string | undefined): Scope {
  if (area === undefined) return scope;
  const asked = withDescendants([area], context.city.registry());
  const areas = scope.areas === undefined ? asked : asked.filter((id) => scope.areas?.includes(id));
  return { ...scope, areas };
}
