/**
 * Takes the city's state at one position while the fold goes on: pages are copied a slice at a time, and a page about
 * to change is copied first. The snapshot becomes visible only once everything it rests on is durable.
 */
import { deserialize, serialize } from 'node:v8';
import type { PagedArray } from '#domain/paged-array.ts';
import type { OutputStore, Snapshot, SnapshotWriter } from '#store/ports.ts';
import { restoreRegistry, type SerializedRegistry, serializeRegistry } from '#domain/registry-change.ts';
import * as emergency from '#emergency/outbox.ts';
import * as ingest from '#ingest/ingest.ts';
import * as rules from '#rules/engine.ts';
import { type City, FOLD_REVISION } from './city.ts';
import { type Column, columnOf, rowsOf } from './columns.ts';

/** Longest stretch of main thread one slice may take. */
const SLICE_MAX_MS = 4;
const LIST_PAGE_ITEMS = 128;

export type SnapshotTaking = {
  readonly position: number;
  /** Copies pages for at most SLICE_MAX_MS by `nowMs`; true when all are copied. */
  slice(nowMs: () => number): boolean;
  /** Makes it visible. Call when record log and ledger are durable through `position`. */
  finish(): Promise<void>;
  abandon(): void;
};

/** Starts a snapshot of `city` as it is now. */
export function takeSnapshot(city: City, outputs: OutputStore): SnapshotTaking {
  const position = city.position;
  const header = { position, engineRevision: FOLD_REVISION, takenAt: city.receivedAt ?? 0 };
  const writer = outputs.beginSnapshot(header);
  writer.page({ name: 'rest', page: 0, bytes: serialize(restOf(city)) });
  const packing = createPacking();
  const work = [
    ...Object.entries(listsOf(city)).map(([name, list]) => copying(name, list, writer)),
    ...Object.entries(pagesOf(city)).map(([name, array]) => watch(name, array, { packing, writer })),
  ];
  return {
    position,
    slice(nowMs) {
      const until = nowMs() + SLICE_MAX_MS;
      for (const one of work) {
        while (one.left()) {
          one.copyNext();
          if (nowMs() >= until) return false;
        }
      }
      return true;
    },
    async finish() {
      for (const one of work) one.stop();
      await writer.finish();
    },
    abandon() {
      for (const one of work) one.stop();
      writer.abandon();
    },
  };
}

/** A list whose items nobody changes, as it is now. */
function copying(name: string, list: readonly unknown[], writer: SnapshotWriter) {
  let page = 0;
  return {
    left: () => page * LIST_PAGE_ITEMS < list.length,
    copyNext() {
      const from = page * LIST_PAGE_ITEMS;
      writer.page({ name, page, bytes: bytesOf(list.slice(from, from + LIST_PAGE_ITEMS)) });
      page += 1;
    },
    stop: () => {},
  };
}

function watch(
  name: string,
  array: PagedArray<unknown>,
  { packing, writer }: { readonly packing: Packing; readonly writer: SnapshotWriter },
) {
  const pages = array.pages.length;
  const copied = new Uint8Array(pages);
  let next = 0;
  const copy = (page: number): void => {
    if (page >= pages || copied[page] === 1) return;
    copied[page] = 1;
    writer.page({ name, page, bytes: bytesOf(packing.pack(name, array.pages[page] ?? [])) });
  };
  array.beforeWrite = copy;
  return {
    left: () => next < pages,
    copyNext: () => copy(next++),
    stop: () => {
      array.beforeWrite = null;
    },
  };
}

/** The city as it was; null when `snapshot` comes from another engine and cannot be read. */
export function restoreCity(site: string, snapshot: Snapshot): City {
  const named = new Map<string, unknown[][]>();
  const packing = createPacking();
  let rest: unknown;
  // In the order they were written: packed pages may rest on those before them.
  for (const { name, page, bytes } of snapshot.pages) {
    if (name === 'rest') rest = deserialize(bytes);
    else {
      const pages = named.get(name) ?? [];
      pages[page] = packing.unpack(name, itemsOf(bytes));
      named.set(name, pages);
    }
  }
  return restoreFrom(site, rest, (prefix) => pagesUnder(named, prefix));
}

/** A deep copy that shares nothing: the throw-away state of invariant 12. */
export function copyCity(city: City): City {
  const pages = new Map<string, unknown[][]>();
  const packing = createPacking();
  for (const [name, array] of Object.entries(pagesOf(city)))
    pages.set(
      name,
      array.pages.map((page) => packing.unpack(name, copyOf(packing.pack(name, page)))),
    );
  for (const [name, list] of Object.entries(listsOf(city))) pages.set(name, [copyOf([...list])]);
  return restoreFrom(city.site, copyOf(restOf(city)), (prefix) => pagesUnder(pages, prefix));
}

type Packing = ReturnType<typeof createPacking>;

/** For the pages of one snapshot, in their order; a part of the city knows best what of its pages follows from what. */
function createPacking() {
  const packings = new Map<string, rules.PagePacking>();
  for (const [name, one] of Object.entries(ingest.createPacking())) packings.set(`ingest/${name}`, one);
  for (const [name, one] of Object.entries(rules.createPacking())) packings.set(`rules/${name}`, one);
  return {
    pack: (name: string, page: unknown[]): unknown[] => packings.get(name)?.pack(page) ?? page,
    unpack: (name: string, page: unknown[]): unknown[] => packings.get(name)?.unpack(page) ?? page,
  };
}

const bytesOf = (items: readonly unknown[]): Uint8Array => serialize(columnOf(items));

/** Layout 7 held lists as they were. */
function itemsOf(bytes: Uint8Array): unknown[] {
  const value: unknown = deserialize(bytes);
  return Array.isArray(value) ? value : rowsOf(value as Column);
}

function copyOf<T>(value: T): T {
  return deserialize(serialize(value));
}

function pagesOf(city: City): Record<string, PagedArray<unknown>> {
  const all: Record<string, PagedArray<unknown>> = {};
  for (const [name, array] of Object.entries(ingest.pagesOf(city.ingest))) all[`ingest/${name}`] = array;
  for (const [name, array] of Object.entries(rules.pagesOf(city.rules))) all[`rules/${name}`] = array;
  for (const [name, array] of Object.entries(emergency.pagesOf(city.emergency)))
    all[`emergency/${name}`] = array;
  return all;
}

/** The registry's entries are never changed, only replaced. */
function listsOf(city: City): Record<string, readonly unknown[]> {
  const { revision: _, ...lists } = serializeRegistry(city.registry);
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [`registry/${name}`, list]));
}

function pagesUnder(named: ReadonlyMap<string, unknown[][]>, prefix: string): Record<string, unknown[][]> {
  const found: Record<string, unknown[][]> = {};
  for (const [name, pages] of named) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = pages;
  }
  return found;
}

type Rest = Pick<
  City,
  | 'position'
  | 'engineTime'
  | 'receivedAt'
  | 'anchor'
  | 'ruleBook'
  | 'connections'
  | 'lateWindows'
  | 'backfills'
> & {
  readonly registryRevision: number;
  readonly ingest: unknown;
  readonly rules: unknown;
  readonly emergency?: unknown;
};

function restOf(city: City): Rest {
  const { position, engineTime, receivedAt, anchor, ruleBook, connections, lateWindows, backfills } = city;
  return {
    position,
    engineTime,
    receivedAt,
    anchor,
    ruleBook,
    connections,
    lateWindows,
    backfills,
    registryRevision: city.registry.revision,
    ingest: ingest.restOf(city.ingest),
    rules: rules.restOf(city.rules),
    emergency: emergency.restOf(city.emergency),
  };
}

function restoreFrom(
  site: string,
  rest: unknown,
  pages: (prefix: string) => Record<string, unknown[][]>,
): City {
  const known = asRest(rest);
  return {
    site,
    position: known.position,
    engineTime: known.engineTime,
    receivedAt: known.receivedAt,
    anchor: known.anchor,
    ruleBook: known.ruleBook,
    connections: new Map(known.connections),
    lateWindows: new Map(known.lateWindows),
    backfills: new Map(known.backfills),
    registry: restoreRegistry(registryFrom(known.registryRevision, pages('registry/'))),
    ingest: ingest.restoreIngest(pages('ingest/'), known.ingest),
    rules: rules.restoreRules(site, pages('rules/'), known.rules),
    emergency: emergency.restoreEmergency(pages('emergency/'), known.emergency),
  };
}

const registryFrom = (revision: number, pages: Record<string, unknown[][]>): SerializedRegistry => {
  const listed = (name: string): never[] => (pages[name] ?? []).flat() as never[];
  return {
    revision,
    organisations: listed('organisations'),
    areas: listed('areas'),
    facilities: listed('facilities'),
    gateways: listed('gateways'),
    devices: listed('devices'),
    points: listed('points'),
    edges: listed('edges'),
    products: listed('products'),
  };
};

/** Our own bytes under our own CRC: only their presence is checked. */
function asRest(value: unknown): Rest {
  if (typeof value !== 'object' || value === null || !('position' in value)) {
    throw new Error('the snapshot has no head page');
  }
  return value as Rest;
}
