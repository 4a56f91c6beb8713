/** What list, map and detail do on keys and clicks: choosing, filtering, opening dialogs, sending orders. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import type { App } from '../context.ts';
import type { DutyConsole } from '../live/console.ts';
import { keyPlace } from '../live/key-place.ts';
import type { Sent } from '../live/orders.ts';
import { keyCommand, type KeyCommand } from '../live/keys.ts';
import { createDutyOrders } from './duty-orders.ts';
import { alarmAddress } from '../store/address.ts';
import { toggleColour, type Filter } from '../store/filter.ts';
import { isWaiting } from '../store/alarm-order.ts';
import { neighbour } from '../store/list-view.ts';
import { offer, type Offer } from '../store/rights.ts';
import { allowedPages } from './pages.ts';
import { PLAIN_REPLAY, replayAddress } from '../store/replay-view.ts';
import { trendAddress, trendOfAlarm } from '../store/trend-view.ts';
import { viewToQuery, type ViewState } from '../store/view-state.ts';

/** The alarm of a dialog is the one the person saw when it opened: its revision is what the order carries. */
export type DialogRequest =
  | { readonly kind: 'take' | 'report'; readonly alarm: Alarm }
  /** `draft`: an order as it was typed, that was not carried out. */
  | { readonly kind: 'shelve' | 'verdict' | 'note'; readonly alarm: Alarm; readonly draft?: AlarmAction }
  | { readonly kind: 'take-many'; readonly alarms: readonly Alarm[] }
  | { readonly kind: 'away'; readonly from: Timestamp; readonly to: Timestamp }
  | { readonly kind: 'backfill'; readonly backfill: Backfill }
  | { readonly kind: 'help' | 'sound' };

export type DutyPage = {
  readonly dialog: ShallowRef<DialogRequest | null>;
  readonly selected: ComputedRef<Alarm | null>;
  readonly offered: ComputedRef<Offer | null>;
  /** Set by the list and the filter field, so that keys can move the focus there. */
  readonly focus: {
    list(): void;
    search(): void;
    detail(): void;
    /** Set while alarms stand in groups. */
    groups: ((by: number) => void) | null;
  };
  /** Rows marked for taking together. */
  readonly marked: ShallowRef<ReadonlySet<string>>;
  select(id: string | null): void;
  filter(change: Partial<Filter>): void;
  /** Changes what the address says is seen: facility, map box, layers, pane. */
  see(change: Partial<ViewState>): void;
  /** 接警: at once, except red, which asks first. */
  take(): void;
  ask(kind: 'shelve' | 'verdict' | 'note'): void;
  /** Those of them that this person may take and nobody has. */
  takable(alarms: readonly Alarm[]): Alarm[];
  /** 接警 of several: always asks, with how many of which level. */
  takeMany(alarms: readonly Alarm[]): void;
  order(alarm: Alarm, action: AlarmAction): Promise<Sent>;
  orderMany(alarms: readonly Alarm[]): Promise<void>;
  undo(): boolean;
  /** 初报 of the chosen alarm; false when none is chosen. */
  report(): boolean;
  mark(id: string): void;
  onKey(event: KeyboardEvent): void;
};

/** After G, for so long a letter means a page. */
const GO_MS = 1_500;
const GO: Readonly<Record<string, string>> = { d: 'duty', m: 'map', t: 'trend', r: 'replay', s: 'shift' };

export function createDutyPage(app: App, duty: DutyConsole): DutyPage {
  const dialog = shallowRef<DialogRequest | null>(null);
  const marked = shallowRef<ReadonlySet<string>>(new Set());
  const orders = createDutyOrders(duty);
  /** G was pressed: the next letter names a page. */
  let goingUntil = 0;
  const selected = computed<Alarm | null>(() => {
    const id = duty.picture.value.selected;
    return id === null ? null : (duty.alarm(id) ?? null);
  });
  const offered = computed<Offer | null>(() =>
    selected.value === null ? null : offer(selected.value, app.session.user.value?.roles ?? []),
  );
  const page: DutyPage = {
    dialog,
    selected,
    offered,
    marked,
    focus: { list: () => undefined, search: () => undefined, detail: () => undefined, groups: null },
    select(id) {
      const { seen, selected: before } = duty.picture.value;
      const address = addressOf(id, seen);
      // The first choice is a place to come back from; moving on through rows is not.
      if (before === null && id !== null) app.router.go(address);
      else app.router.replace(address);
    },
    filter(change) {
      const { seen } = duty.picture.value;
      page.see({ filter: { ...seen.filter, ...change } });
    },
    see(change) {
      const { seen, selected: id } = duty.picture.value;
      app.router.replace(addressOf(id, { ...seen, ...change }));
    },
    take() {
      const many = markedOpen();
      if (many.length > 0) return page.takeMany(many);
      const alarm = selected.value;
      if (alarm === null || offered.value?.acknowledge !== true || duty.isPending(alarm.id)) return;
      if (alarm.highestColour === 'red' && !offered.value.renew) dialog.value = { kind: 'take', alarm };
      else void page.order(alarm, { action: 'acknowledge' });
    },
    ask(kind) {
      const alarm = selected.value;
      if (alarm === null || offered.value?.[kind] !== true) return;
      dialog.value = { kind, alarm };
    },
    takable(alarms) {
      const roles = app.session.user.value?.roles ?? [];
      return alarms.filter((alarm) => isWaiting(alarm) && offer(alarm, roles).acknowledge);
    },
    takeMany(alarms) {
      if (alarms.length > 0) dialog.value = { kind: 'take-many', alarms };
    },
    order: orders.order,
    orderMany(alarms) {
      marked.value = new Set();
      return orders.takeAll(alarms);
    },
    undo: orders.undo,
    report() {
      if (selected.value === null) return false;
      dialog.value = { kind: 'report', alarm: selected.value };
      return true;
    },
    mark(id) {
      const next = new Set(marked.value);
      if (!next.delete(id)) next.add(id);
      marked.value = next;
    },
    onKey(event) {
      const { page: here } = app.router.route.value;
      if (dialog.value !== null || event.isComposing || (here !== 'duty' && here !== 'map')) return;
      if (goOn(event)) return event.preventDefault();
      const command = keyCommand(event, keyPlace(event.target), app.preferences.singleKeys.value);
      if (command === null || !perform(command, event.target)) return;
      event.preventDefault();
    },
  };
  return page;

  function addressOf(alarm: string | null, seen: ViewState): string {
    const here = app.router.route.value.page === 'map' ? 'map' : 'duty';
    return alarmAddress(here, alarm, viewToQuery(seen));
  }

  /** False when there was nothing to do, so that the browser may have the key. */
  function perform(command: KeyCommand, target: EventTarget | null): boolean {
    const { view, filter, selected: id } = duty.picture.value;
    if (command.do === 'move' && page.focus.groups !== null) page.focus.groups(command.by);
    else if (command.do === 'move') {
      const next = neighbour(view, id, command.by);
      if (next === null) return false;
      page.focus.list();
      page.select(next);
    } else if (command.do === 'top') toTop();
    else if (command.do === 'open') page.focus.detail();
    else if (command.do === 'acknowledge') page.take();
    else if (command.do === 'shelve' || command.do === 'verdict' || command.do === 'note')
      page.ask(command.do);
    else if (command.do === 'trend') return follow(trendFor);
    else if (command.do === 'replay')
      return follow(({ id, onsetAt }) => replayAddress({ ...PLAIN_REPLAY, at: onsetAt, alarm: id }));
    else if (command.do === 'search') page.focus.search();
    else if (command.do === 'colour') page.filter({ colours: toggleColour(filter, command.colour).colours });
    else if (command.do === 'all-colours') page.filter({ colours: [] });
    else if (command.do === 'silence') duty.silence();
    else if (command.do === 'help') dialog.value = { kind: 'help' };
    else if (command.do === 'mark') {
      if (id === null || page.focus.groups !== null) return false;
      page.mark(id);
    } else if (command.do === 'report') return page.report();
    else if (command.do === 'undo') return page.undo();
    else if (command.do === 'map')
      app.router.go(alarmAddress('map', id, viewToQuery(duty.picture.value.seen)));
    else if (command.do === 'shift') app.router.go('/shift');
    else if (command.do === 'go') goingUntil = performance.now() + GO_MS;
    else goBack(target);
    return true;
  }

  /** To another page about the chosen alarm; false when there is none, or nothing to show of it. */
  function follow(address: (alarm: Alarm) => string | null): boolean {
    const to = selected.value === null ? null : address(selected.value);
    if (to !== null) app.router.go(to);
    return to !== null;
  }
  function trendFor({ point, onsetAt }: Alarm): string | null {
    return point === null ? null : trendAddress(trendOfAlarm(point, onsetAt, duty.second.value.now));
  }

  /** The letter after G. */
  function goOn(event: KeyboardEvent): boolean {
    const going = performance.now() < goingUntil;
    goingUntil = 0;
    const place =
      going && !event.ctrlKey && !event.altKey && !event.metaKey ? GO[event.key.toLowerCase()] : undefined;
    const entry = allowedPages(app.session.user.value?.roles ?? []).find(({ name }) => name === place);
    if (entry?.paths[0] === undefined) return false;
    app.router.go(entry.paths[0]);
    return true;
  }

  /** Marked rows that can still be taken. */
  function markedOpen(): Alarm[] {
    return page.takable([...marked.value].flatMap((id) => duty.alarm(id) ?? []));
  }

  function toTop(): void {
    duty.admit();
    const first = duty.picture.value.view.rows[0];
    page.focus.list();
    if (first !== undefined) page.select(first);
  }

  /** Esc: out of the field, then the filter, then the selection. */
  function goBack(target: EventTarget | null): void {
    const { filter, seen } = duty.picture.value;
    const narrowed =
      filter.text !== '' || filter.colours.length > 0 || filter.lifeline !== null || filter.area !== null;
    if (target instanceof HTMLInputElement && filter.text === '') page.focus.list();
    else if (marked.value.size > 0) marked.value = new Set();
    else if (narrowed) page.filter({ text: '', colours: [], lifeline: null, area: null });
    else if (seen.facility !== null) page.see({ facility: null });
    else if (duty.picture.value.selected === null && seen.grouped) page.see({ grouped: false });
    else page.select(null);
  }
}
