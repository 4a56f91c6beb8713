/** A mapping form under the pen: as its fields hold it, and as the registry wants it. */
import type { Product } from '#domain/registry.ts';
import { isRecord, itemsOf, type Problem } from '../api/http.ts';

/** One of our channels: the sender's word for it, or where its value stands, and what it is multiplied by. */
export type ChannelRow = { channel: string; word: string; pointer: string; factor: string };
export type ProductDraft = {
  id: string;
  name: string;
  topic: string;
  device: string;
  time: string;
  seq: string;
  timeUnit: Product['timeUnit'];
  zone: string;
  /** Null: values do not stand in such a place. */
  object: string | null;
  list: { list: string; name: string; value: string } | null;
  channels: ChannelRow[];
  /** Words that are no measurements, one a line. */
  ignore: string;
};

export const emptyDraft = (): ProductDraft => ({
  ...{ id: '', name: '', topic: '', device: '', time: '', seq: '', timeUnit: 'ms', zone: '' },
  ...{ object: null, list: null, channels: [], ignore: '' },
});

export function draftOf({ id, name, topic, pointers, timeUnit, zone, ...rest }: Product): ProductDraft {
  const { device = '', time = '', seq = '', valuesObject, valuesList, values = {} } = pointers;
  const { channels = {}, scale = {}, ignore = [] } = rest;
  const words = new Map(Object.entries(channels).map(([word, channel]) => [channel, word]));
  const all = new Set([...words.keys(), ...Object.keys(values), ...Object.keys(scale)]);
  return {
    ...{ id, name, topic: topic ?? '', device, time, seq, timeUnit, zone: zone ?? '' },
    object: valuesObject ?? null,
    list: valuesList === undefined ? null : { ...valuesList },
    channels: [...all].map((channel) => ({
      channel,
      word: words.get(channel) ?? '',
      pointer: values[channel] ?? '',
      factor: scale[channel] === undefined ? '' : String(scale[channel]),
    })),
    ignore: ignore.join('\n'),
  };
}

/** As it is created or tried: an empty field is left out. */
export function formOf(draft: ProductDraft): Record<string, unknown> {
  const { id, name, timeUnit, channels: rows, object, list } = draft;
  const values = pairs(rows, ({ channel, pointer }) => (pointer === '' ? null : [channel, pointer]));
  const scale = pairs(rows, ({ channel, factor }) => (factor === '' ? null : [channel, numberOf(factor)]));
  const channels = pairs(rows, ({ channel, word }) => (word === '' ? null : [word, channel]));
  const ignore = draft.ignore.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const pointers = {
    ...given('device', draft.device),
    ...given('time', draft.time),
    ...given('seq', draft.seq),
    ...(values === null ? {} : { values }),
    ...(object === null ? {} : { valuesObject: object }),
    ...(list === null ? {} : { valuesList: { ...list } }),
  };
  return {
    ...{ id, name, timeUnit, pointers },
    ...(timeUnit === 'iso' ? given('zone', draft.zone) : {}),
    ...given('topic', draft.topic),
    ...(scale === null ? {} : { scale }),
    ...(channels === null ? {} : { channels }),
    ...(ignore.length === 0 ? {} : { ignore }),
  };
}

/** As it is changed: what was taken out of an optional field is taken away. */
export const changeOf = (draft: ProductDraft): Record<string, unknown> => {
  const { id: _, ...rest } = formOf(draft);
  return { topic: null, zone: null, scale: null, channels: null, ignore: null, ...rest };
};

/** Places of the form that a fault can stand beside; a fault of anything else stands below the whole. */
const PLACES = [
  ...['pointers.device', 'pointers.time', 'pointers.seq', 'pointers.valuesObject', 'pointers.valuesList'],
  ...[
    'pointers.values',
    'pointers',
    'id',
    'name',
    'topic',
    'timeUnit',
    'zone',
    'scale',
    'channels',
    'ignore',
  ],
] as const;
export type FaultPlace = (typeof PLACES)[number] | 'form';
/** `key`: the channel, word or part within the place; empty when the place itself is meant. */
export type FormFault = { readonly place: FaultPlace; readonly code: string; readonly key: string };

/** What the registry said, by the field that its every detail begins with. */
export function faultsOf({ document, code }: Problem): FormFault[] {
  const errors = itemsOf(document['errors']).flatMap((error) => {
    if (!isRecord(error) || typeof error['code'] !== 'string') return [];
    const detail = String(error['detail'] ?? '');
    const place = PLACES.find((name) => new RegExp(`^${name.replace('.', '\\.')}(?!\\w)`).test(detail));
    const rest = detail.slice(place?.length ?? 0);
    const key = rest.startsWith('.') ? (/^\.([^\s:]+)/.exec(rest)?.[1] ?? '') : '';
    return [{ place: place ?? ('form' as const), code: error['code'], key }];
  });
  return errors.length > 0 ? errors : [{ place: 'form', code, key: '' }];
}

function pairs<T>(
  rows: readonly ChannelRow[],
  take: (row: ChannelRow) => readonly [string, T] | null,
): Record<string, T> | null {
  const found = rows.flatMap((row) => {
    const pair = take(row);
    return pair === null ? [] : [pair];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

/** What is no number goes as it was written, so that the registry says so. */
const numberOf = (text: string): number | string => (Number.isFinite(Number(text)) ? Number(text) : text);
const given = (name: string, text: string): Record<string, string> => (text === '' ? {} : { [name]: text });
