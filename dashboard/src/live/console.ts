/**
 * The running console: the socket feeds the plain store, and one trigger per flush lets the page draw. Sound, title and
 * store follow the socket handler directly, so a hidden tab (where drawing stops) still rings.
 */
import { shallowRef, triggerRef, watch, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage, BeatMessage, SnapshotMessage } from '#domain/contract/socket.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import { EMPTY_CATALOGUE, parseCatalogue, type Catalogue } from '../api/catalogue.ts';
import { createDirectory, type Directory } from '../api/directory.ts';
import type { Router } from '../routing.ts';
import type { Session } from '../session.ts';
import type { Annunciator } from '../sound/annunciator.ts';
import { applyAlarm, applySnapshot, createBook, findAlarm, keepAlarm } from '../store/alarm-book.ts';
import { countAlarms, isWaiting } from '../store/alarm-order.ts';
import { areaCells, districtOf } from '../store/area-panel.ts';
import { createLink, frameCame, isStale, serverNow, staleness, type Link } from '../store/link.ts';
import type { Compared } from '../store/filter.ts';
import { nextView } from '../store/list-view.ts';
import { settle, shownAlarm, type Pending } from '../store/pending.ts';
import { applyPoints, createPointValues, liveValue, type LiveValue } from '../store/point-values.ts';
import type { IncidentBook } from '../store/incident-book.ts';
import { eventOf, type StoryEvent } from '../store/timeline.ts';
import type { Locale } from '../text/clock.ts';
import { readsCity } from '../store/rights.ts';
import { viewFromQuery } from '../store/view-state.ts';
import { createNames, type Names } from '../text/names.ts';
import { createAnnouncer, type Announcer } from './announcer.ts';
import { noticeBackfill } from './backfill-notice.ts';
import { createBell } from './bell.ts';
import { herald } from './herald.ts';
import { createIncidentFeed } from './incident-feed.ts';
import { createNotices, type Notices } from './notices.ts';
import { sendOrder, type Sent } from './orders.ts';
import { FIRST_PICTURE, type Picture, type Second } from './picture.ts';
import { openLine, type LiveLine } from './socket.ts';
import { createStillness } from './stillness.ts';
import { startTicker } from './ticker.ts';

export type DutyConsole = {
  readonly picture: ShallowRef<Picture>;
  readonly second: ShallowRef<Second>;
  readonly link: ShallowRef<Link>;
  readonly directory: Directory;
  readonly catalogue: ShallowRef<Catalogue>;
  readonly names: Names;
  readonly notices: Notices;
  readonly announcer: Announcer;
  readonly incidents: ShallowRef<IncidentBook>;
  /** What a filter compares an alarm by. */
  readonly compared: Compared;
  /** Live events of the selected alarm, since it was selected. */
  readonly liveEvents: ShallowRef<readonly StoryEvent[]>;
  /** The last change of a message to a person, as it came. */
  readonly told: ShallowRef<unknown>;
  /** The alarm as the officer should see it (an order under way included). */
  alarm(id: string): Alarm | undefined;
  /** Every open alarm, as `alarm` shows it. */
  open(): readonly Alarm[];
  isPending(id: string): boolean;
  /** The permanent number of every point this person may see. */
  pointNumbers(): Readonly<Record<string, number>>;
  value(point: string): LiveValue | null;
  /** An alarm read over the API, for an address that names a closed one. */
  keep(alarm: Alarm): void;
  hold(held: boolean): void;
  /** Lets the waiting rows in, held or not. */
  admit(): void;
  /** `quiet`: whoever asked tells what became of it. */
  order(alarm: Alarm, action: AlarmAction, quiet?: boolean): Promise<Sent>;
  silence(): void;
  close(): void;
};

export type ConsoleDeps = {
  readonly session: Session;
  readonly router: Router;
  readonly annunciator: Annunciator;
  locale(): Locale;
  text(key: string): string | null;
  /** Sets the page's title: number of untaken reds, the first of them, whether the line is lost. */
  title(reds: number, first: Alarm | null, lost: boolean): void;
  refused(): void;
};

export function createDutyConsole(deps: ConsoleDeps): DutyConsole {
  const book = createBook();
  const points = createPointValues();
  const bell = createBell(deps.annunciator);
  const pending: Pending = new Map();
  const notices = createNotices();
  const announcer = createAnnouncer();
  const link = shallowRef(createLink());
  const catalogue = shallowRef<Catalogue>(EMPTY_CATALOGUE);
  const liveEvents = shallowRef<readonly StoryEvent[]>([]);
  const told = shallowRef<unknown>(null);
  const directory = createDirectory(deps.session.call, follow, () => readsCity(deps.session.user.value));
  const names = createNames({
    catalogue: () => catalogue.value,
    directory,
    locale: deps.locale,
    text: deps.text,
    incidentNumber: (id) => feed.incidents.value.open.get(id)?.number ?? null,
  });
  const picture = shallowRef<Picture>(FIRST_PICTURE);
  const feed = createIncidentFeed(book, () => line.resync(), scheduleFlush);
  const second = shallowRef<Second>({ now: Date.now(), stale: null, silencedForMs: 0 });
  const compared: Compared = {
    textOf: (alarm) => names.searchText(alarm),
    districtOf: (area) => districtOf(directory.areas, area),
  };
  const stillness = createStillness();
  let scheduled = false;
  let closed = false;

  const line: LiveLine = openLine(() => book.cursor, {
    connected: () => connection(true),
    disconnected: () => connection(false),
    refused: deps.refused,
    snapshot: onSnapshot,
    alarm: onAlarm,
    points: onPoints,
    beat: onBeat,
    gateway: () => came(null),
    backfill: ({ backfill }) => noticeBackfill(notices, backfill, monotonic()),
    told: (item) => (told.value = item),
    ...feed.handlers,
  });
  const stopTicker = startTicker(tick);
  const stopWatching = watch(deps.router.route, onRoute, { immediate: true });
  addEventListener('visibilitychange', scheduleFlush);
  void load();

  return {
    picture,
    second,
    link,
    directory,
    catalogue,
    names,
    notices,
    announcer,
    incidents: feed.incidents,
    compared,
    liveEvents,
    told,
    alarm: shown,
    open: openShown,
    isPending: (id) => pending.has(id),
    pointNumbers: () => points.numbers,
    value: (point) => liveValue(points, point, directory.points.get(point)?.index),
    keep(alarm) {
      keepAlarm(book, alarm);
      flush();
    },
    hold(value) {
      stillness.hold(value, monotonic());
      if (!value) flush();
    },
    admit: () => flush(true),
    order: (alarm, action, quiet = false) =>
      sendOrder(
        {
          call: deps.session.call,
          book,
          pending,
          by: () => deps.session.user.value?.username ?? '',
          now: monotonic,
          changed: flush,
          notify: (notice) => !quiet && notices.add(notice, monotonic()),
        },
        alarm,
        action,
      ),
    silence() {
      bell.silence(monotonic());
      tick();
    },
    close() {
      closed = true;
      line.close();
      stopTicker();
      stopWatching();
      removeEventListener('visibilitychange', scheduleFlush);
    },
  };

  async function load(): Promise<void> {
    const reply = await deps.session.call('GET', '/catalogue');
    if (reply.ok) catalogue.value = parseCatalogue(reply.body);
    await directory.load();
  }

  function onSnapshot(message: SnapshotMessage): void {
    came(message.serverTime);
    points.numbers = message.pointIndex;
    applySnapshot(book, message);
    picture.value = { ...picture.value, ready: true };
    follow();
  }

  function onAlarm(message: AlarmMessage): void {
    came(null);
    const applied = applyAlarm(book, message);
    if (applied === 'repeated') return;
    if (applied === 'gap') line.resync();
    settle(pending, message.alarm);
    if (message.alarm.id === picture.value.selected)
      liveEvents.value = [...liveEvents.value, eventOf(message)];
    herald({ announcer, notices, bell }, message, monotonic());
    follow();
  }

  function onPoints(batch: ArrayBuffer): void {
    came(applyPoints(points, batch));
    scheduleFlush();
  }

  function onBeat(message: BeatMessage): void {
    came(message.serverTime);
    if (!book.resyncing && picture.value.ready) book.cursor = message.cursor;
    link.value.health = message.health;
    triggerRef(link);
    tick();
  }

  /** Title and repeating sound follow the store at once; drawing waits for the next frame. */
  function follow(): void {
    const reds = [...book.open.values()].filter(
      (a) => a.highestColour === 'red' && isWaiting(shown(a.id) ?? a),
    );
    deps.title(reds.length, reds[0] ?? null, second.value.stale !== null);
    scheduleFlush();
  }

  function tick(): void {
    const now = monotonic();
    const local = Date.now();
    const stale = isStale(link.value, now) ? staleness(link.value, now, local) : null;
    const wall = serverNow(link.value, now, local);
    const wasStale = second.value.stale !== null;
    second.value = { now: wall, stale, silencedForMs: bell.silencedForMs(now) };
    if (wasStale !== (stale !== null)) follow();
    bell.onTick(openShown(), stale !== null, now);
    announcer.tick(now);
    notices.age(now);
    if (stillness.ranOut(now)) flush();
  }

  /** Pages without the list leave it as it is. */
  function onRoute(): void {
    const { page, params, query } = deps.router.route.value;
    if (page !== 'duty' && page !== 'map') return;
    const seen = viewFromQuery(query);
    const selected = params['alarm'] ?? null;
    const before = picture.value;
    const changed = JSON.stringify(seen.filter) !== JSON.stringify(before.filter);
    if (selected !== before.selected) liveEvents.value = [];
    picture.value = { ...before, seen, filter: seen.filter, selected };
    flush(changed);
  }

  function connection(connected: boolean): void {
    link.value.connected = connected;
    triggerRef(link);
  }
  function came(serverTime: Timestamp | null): void {
    frameCame(link.value, monotonic(), serverTime);
  }
  function scheduleFlush(): void {
    if (scheduled || closed) return;
    scheduled = true;
    const run = () => {
      scheduled = false;
      if (!closed) flush();
    };
    if (document.hidden) setTimeout(run, 250);
    else requestAnimationFrame(run);
  }
  function flush(admit = false): void {
    const { filter, view } = picture.value;
    const open = openShown();
    picture.value = {
      ...picture.value,
      view: nextView(view, { open, find: shown, by: compared }, filter, stillness.on(monotonic()) && !admit),
      counts: countAlarms(open),
      cells: areaCells(open, compared.districtOf),
    };
  }
  function shown(id: string): Alarm | undefined {
    const alarm = findAlarm(book, id);
    return alarm === undefined ? undefined : shownAlarm(alarm, pending.get(id), second.value.now);
  }
  function openShown(): Alarm[] {
    return [...book.open.values()].map((alarm) => shownAlarm(alarm, pending.get(alarm.id), second.value.now));
  }
}

const monotonic = (): number => performance.now();
