/** One row of a registry change: checked against the draft, then laid into it. */
import { edgeKindOf, facilityKindOf, lifelineOf, quantityOf } from './catalogue.ts';
import { checkPathEnds } from './edge-path.ts';
import { isFacilityCode } from './facility-code.ts';
import {
  deviceOfSerial,
  facilityOfCode,
  liveChildren,
  lookUp,
  put,
  type AnyEntry,
  type Draft,
  type EntryOf,
} from './registry-draft.ts';
import { asRecord, checkFields, merged, secretHmac, serial, type Fail } from './registry-fields.ts';
import type { RegistryItem, RegistryKind } from './registry.ts';
import { unitFits } from './units.ts';

type Fields = Readonly<Record<string, unknown>>;

const NAME_OF = {
  organisations: 'organisation',
  areas: 'area',
  facilities: 'facility',
  gateways: 'gateway',
  products: 'product',
  devices: 'device',
} as const;

/** What a thing is; changing it would make it another thing, and every old reading a lie. */
const IMMUTABLE: Partial<Record<RegistryKind, readonly string[]>> = {
  points: ['device', 'channel', 'quantity', 'unit'],
};

/** Lays one row into the draft, or reports through `fail` why not. */
export function draftRow(draft: Draft, item: RegistryItem, fail: Fail): void {
  switch (item.op) {
    case 'create':
    case 'update':
    case 'upsert':
      return draftValue(draft, item.op, item.kind, item.value, fail);
    case 'retire':
      return draftRetire(draft, item.kind, item.id, fail);
    case 'secret':
      return draftSecret(draft, item.id, item.secretHmac, fail);
    case 'token':
      return draftToken(draft, item.id, item.tokenHmac, fail);
    case 'replace':
      return draftReplace(draft, item.id, item.serial, fail);
  }
}

function draftValue(
  draft: Draft,
  op: 'create' | 'update' | 'upsert',
  kind: RegistryKind,
  value: unknown,
  fail: Fail,
): void {
  const given = asRecord(value, 'value', fail);
  if (given === null) return;
  const id = idOf(kind, given);
  if (id === null && op === 'update') return fail('missing-field', 'id is missing');
  if (id === null) return checkFields(kind, given, true, fail);
  const before = lookUp(draft, kind, id);
  let faults = 0;
  const count: Fail = (code, detail) => {
    faults += 1;
    fail(code, detail);
  };
  if (before === undefined) {
    if (op === 'update') count('not-found', `${id} is not registered`);
    checkFields(kind, given, op !== 'update', count);
  } else {
    checkBefore(kind, before, op, given, count);
  }
  if (faults === 0) checkWhole(draft, kind, merged(before ?? {}, given), id, count);
  if (faults > 0) draft.broken.add(`${kind}/${id}`);
  else store(draft, kind, id, given, before);
}

/** The id a row speaks of: its own, or for a point `device/channel`. */
function idOf(kind: RegistryKind, given: Fields): string | null {
  if (typeof given.id === 'string') return given.id;
  if (kind !== 'points' || (given.id ?? null) !== null) return null;
  if (typeof given.device !== 'string' || typeof given.channel !== 'string') return null;
  return `${given.device}/${given.channel}`;
}

function checkBefore(
  kind: RegistryKind,
  before: AnyEntry,
  op: 'create' | 'update' | 'upsert',
  given: Fields,
  fail: Fail,
): void {
  if (op === 'create') return fail('exists', `${before.id} is registered already`);
  if (before.retired) return fail('retired', `${before.id} is retired`);
  checkFields(kind, given, false, fail);
  for (const name of IMMUTABLE[kind] ?? []) {
    if (given[name] !== undefined && given[name] !== Reflect.get(before, name)) {
      fail('immutable-field', `${name} cannot change`);
    }
  }
  const code: unknown = Reflect.get(before, 'code');
  if (kind === 'facilities' && isFacilityCode(code) && given.code !== undefined && given.code !== code)
    fail('immutable-field', `the code ${code} is permanent`);
  if (kind === 'gateways' && op === 'update' && given.secretHmac !== undefined) {
    fail('immutable-field', 'a secret is rotated, not edited');
  }
}

/** What needs the entry as a whole, or other entries. Every field has its type by now. */
function checkWhole(draft: Draft, kind: RegistryKind, whole: Fields, id: string, fail: Fail): void {
  const refer = (to: keyof typeof NAME_OF, field: string): void =>
    checkReference(draft, to, whole[field], fail);
  if (kind === 'areas') {
    refer('areas', 'parent');
    checkCycle(draft, id, whole.parent, fail);
  }
  if (kind === 'facilities') {
    checkKnown(facilityKindOf, 'unknown-kind', whole.kind, fail);
    checkKnown(lifelineOf, 'unknown-lifeline', whole.lifeline, fail);
    refer('areas', 'area');
    refer('organisations', 'organisation');
    checkCode(draft, id, whole.code, fail);
  }
  if (kind === 'gateways' || kind === 'devices') refer('facilities', 'facility');
  if (kind === 'gateways') refer('products', 'product');
  if (kind === 'devices') {
    refer('gateways', 'gateway');
    checkSerial(draft, id, whole.serial, fail);
    const holder = deviceOfSerial(draft, id);
    if (holder !== undefined && holder !== id) fail('serial-exists', `${id} is the serial of ${holder}`);
  }
  if (kind === 'points') {
    refer('devices', 'device');
    checkPoint(whole, id, fail);
  }
  if (kind === 'edges') checkEdge(draft, whole, fail);
}

function checkCode(draft: Draft, facility: string, code: unknown, fail: Fail): void {
  if (!isFacilityCode(code)) return;
  const holder = facilityOfCode(draft, code);
  if (holder !== undefined && holder !== facility) fail('code-exists', `${code} is the code of ${holder}`);
}

function checkEdge(draft: Draft, whole: Fields, fail: Fail): void {
  checkKnown(edgeKindOf, 'unknown-kind', whole.kind, fail);
  checkKnown(lifelineOf, 'unknown-lifeline', whole.lifeline, fail);
  const { from, to } = whole;
  checkReference(draft, 'facilities', from, fail);
  if (from === to) return fail('self-loop', 'an edge joins two facilities, not one with itself');
  checkReference(draft, 'facilities', to, fail);
  const locationOf = (facility: unknown) => lookUp(draft, 'facilities', String(facility))?.location;
  checkPathEnds(whole.path, locationOf(from), locationOf(to), fail);
}

function checkReference(draft: Draft, kind: keyof typeof NAME_OF, id: unknown, fail: Fail): void {
  if (typeof id !== 'string' || draft.broken.has(`${kind}/${id}`)) return;
  const entry = lookUp(draft, kind, id);
  if (entry === undefined) fail(`unknown-${NAME_OF[kind]}`, `${NAME_OF[kind]} ${id} is not registered`);
  else if (entry.retired) fail('retired', `${NAME_OF[kind]} ${id} is retired`);
}

function checkKnown(
  find: (id: string) => unknown,
  code: 'unknown-kind' | 'unknown-lifeline' | 'unknown-quantity',
  id: unknown,
  fail: Fail,
): void {
  if (typeof id === 'string' && find(id) === undefined) fail(code, `the catalogue has no ${id}`);
}

function checkCycle(draft: Draft, id: string, parent: unknown, fail: Fail): void {
  for (let above = parent; typeof above === 'string'; above = lookUp(draft, 'areas', above)?.parent) {
    if (above === id) return fail('cycle', `${id} would lie inside itself`);
  }
}

/** A gateway may name a device by id or serial, so neither may be another device's. */
function checkSerial(draft: Draft, device: string, given: unknown, fail: Fail): void {
  if (typeof given !== 'string') return;
  const holder = deviceOfSerial(draft, given);
  if (holder !== undefined && holder !== device) fail('serial-exists', `${given} is the serial of ${holder}`);
  const named = lookUp(draft, 'devices', given);
  if (named !== undefined && named.id !== device)
    fail('serial-exists', `${given} is the id of another device`);
}

function checkPoint(whole: Fields, id: string, fail: Fail): void {
  const { device, channel, quantity, unit, attributes } = whole;
  if (typeof device !== 'string' || typeof channel !== 'string') return;
  if (id !== `${device}/${channel}`)
    fail('id-mismatch', `the id of a point is device/channel: ${device}/${channel}`);
  checkKnown(quantityOf, 'unknown-quantity', quantity, fail);
  if (typeof quantity !== 'string' || typeof unit !== 'string' || quantityOf(quantity) === undefined) return;
  const numbers = attributes as Record<string, number | string | boolean> | undefined;
  if (!unitFits(unit, quantity, numbers)) fail('unit-mismatch', `${quantity} is not measured in ${unit}`);
}

function store(
  draft: Draft,
  kind: RegistryKind,
  id: string,
  given: Fields,
  before: AnyEntry | undefined,
): void {
  const change = kind === 'gateways' && before !== undefined ? { ...given, secretHmac: undefined } : given;
  const kept = before !== undefined && 'secretHmac' in before ? { secretHmac: before.secretHmac } : {};
  const entry: Record<string, unknown> = { ...merged(before ?? {}, { ...change, id }), ...kept };
  if (before === undefined) {
    draft.created.push({ kind, id });
    if (kind === 'gateways' || kind === 'devices' || kind === 'points') entry.index = draft.nextIndex[kind]++;
    if (kind === 'points') entry.deviceIndex = lookUp(draft, 'devices', String(entry.device))?.index;
  }
  put(draft, kind, entry as EntryOf[typeof kind]);
}

function draftRetire(draft: Draft, kind: RegistryKind, id: string, fail: Fail): void {
  const before = lookUp(draft, kind, id);
  if (before === undefined) return fail('not-found', `${id} is not registered`);
  if (before.retired) return fail('retired', `${id} is retired already`);
  const children = liveChildren(draft, kind, id);
  if (children > 0) return fail('has-children', `${children} live entries belong to ${id} or end at it`);
  put(draft, kind, { ...before, retired: true });
}

function draftSecret(draft: Draft, id: string, hmac: unknown, fail: Fail): void {
  const before = lookUp(draft, 'gateways', id);
  if (before === undefined) return fail('not-found', `${id} is not registered`);
  if (before.retired) return fail('retired', `${id} is retired`);
  let sound = true;
  secretHmac(hmac, 'secretHmac', (code, detail) => {
    sound = false;
    fail(code, detail);
  });
  if (sound && typeof hmac === 'string') put(draft, 'gateways', { ...before, secretHmac: hmac });
}

/** A token names one gateway for ever: another one's is refused, also a retired one's. */
function draftToken(draft: Draft, id: string, hmac: unknown, fail: Fail): void {
  const before = lookUp(draft, 'gateways', id);
  if (before === undefined) return fail('not-found', `${id} is not registered`);
  if (before.retired) return fail('retired', `${id} is retired`);
  const { tokenHmac: _old, ...bare } = before;
  if (hmac === null) return put(draft, 'gateways', bare);
  let sound = true;
  secretHmac(hmac, 'tokenHmac', (code, detail) => {
    sound = false;
    fail(code, detail);
  });
  if (!sound || typeof hmac !== 'string') return;
  const drafted = [...draft.entries.gateways.values()].find((entry) => entry.tokenHmac === hmac)?.id;
  const holder = drafted ?? draft.registry.gatewaysByToken.get(hmac) ?? id;
  if (holder !== id) return fail('token-exists', `${id} cannot have the token of another gateway`);
  put(draft, 'gateways', { ...bare, tokenHmac: hmac });
}

function draftReplace(draft: Draft, id: string, given: unknown, fail: Fail): void {
  const before = lookUp(draft, 'devices', id);
  if (before === undefined) return fail('not-found', `${id} is not registered`);
  if (before.retired) return fail('retired', `${id} is retired`);
  let sound = true;
  const mark: Fail = (code, detail) => {
    sound = false;
    fail(code, detail);
  };
  serial(given, 'serial', mark);
  checkSerial(draft, id, given, mark);
  if (sound && typeof given === 'string') put(draft, 'devices', { ...before, serial: given });
}
