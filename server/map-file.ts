/**
 * The city's own base maps, from the file that `LIFELINE_MAP_FILE` names (docs/map.md). Read strictly, once, at the
 * start: an unknown field, a missing file or a template without its places refuses to start and says which.
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { MapBase } from '#domain/contract/map-bases.ts';

export type MapSettings = {
  /** As consoles are told them. */
  readonly bases: readonly MapBase[];
  /** Id -> the file behind it. */
  readonly files: ReadonlyMap<string, string>;
  /** Origins that consoles may fetch pictures from, and nobody else. */
  readonly hosts: readonly string[];
};

export const NO_BASES: MapSettings = { bases: [], files: new Map(), hosts: [] };
const FIELDS = new Set([
  'id',
  'name',
  'kind',
  'file',
  'tiles',
  'datum',
  'approval',
  'attribution',
  'maxZoom',
]);
const BASES_MAX = 20;
const TILES_MAX = 8;

/** Throws an Error that names the field. `path` is the file's own: files in it are named from where it lies. */
export function readMapFile(path: string, text: string): MapSettings {
  const document = recordOf(parsed(text), 'the file', new Set(['bases']));
  const list = document['bases'];
  if (!Array.isArray(list) || list.length === 0 || list.length > BASES_MAX)
    throw new Error(`bases must list 1 to ${BASES_MAX} base maps`);
  const files = new Map<string, string>();
  const bases = list.map((row: unknown, i) => baseOf(row, `bases[${i}]`, dirname(path), files));
  const twice = bases.find(({ id }, i) => bases.findIndex((one) => one.id === id) !== i);
  if (twice !== undefined) throw new Error(`bases: the id ${twice.id} stands twice`);
  const templates = bases.filter(({ kind }) => kind === 'raster').flatMap(({ urls }) => urls);
  const hosts = templates.flatMap((url) => (url.startsWith('/') ? [] : [originOf(url)]));
  return { bases, files, hosts: [...new Set(hosts)] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function baseOf(row: unknown, where: string, directory: string, files: Map<string, string>): MapBase {
  const given = recordOf(row, where, FIELDS);
  const id = textOf(given, 'id', where);
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || id === 'sketch')
    throw new Error(`${where}.id must be 1 to 32 of A-Z a-z 0-9 _ -, and not "sketch"`);
  const { kind, datum = 'wgs84', maxZoom = 18 } = given;
  if (kind !== 'pmtiles' && kind !== 'geojson' && kind !== 'raster')
    throw new Error(`${where}.kind is one of pmtiles, geojson, raster`);
  if (datum !== 'wgs84' && datum !== 'gcj02') throw new Error(`${where}.datum is wgs84 or gcj02`);
  if (typeof maxZoom !== 'number' || !Number.isInteger(maxZoom) || maxZoom < 1 || maxZoom > 22)
    throw new Error(`${where}.maxZoom is a whole number from 1 to 22`);
  const [own, other] = kind === 'raster' ? ['tiles', 'file'] : ['file', 'tiles'];
  if (given[other] !== undefined) throw new Error(`${where}.${other} does not belong to a ${kind} base`);
  const urls = kind === 'raster' ? templatesOf(given[own], `${where}.tiles`) : [`/api/v1/map/bases/${id}`];
  if (kind !== 'raster') files.set(id, fileOf(textOf(given, 'file', where), directory, `${where}.file`));
  return {
    ...{ id, name: textOf(given, 'name', where), kind, urls, datum, maxZoom },
    approval: given['approval'] === undefined ? null : textOf(given, 'approval', where),
    attribution: given['attribution'] === undefined ? null : textOf(given, 'attribution', where),
  };
}

function templatesOf(value: unknown, where: string): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > TILES_MAX)
    throw new Error(`${where} must list 1 to ${TILES_MAX} templates`);
  return value.map((url: unknown, i) => {
    const at = `${where}[${i}]`;
    if (typeof url !== 'string') throw new Error(`${at} must be text`);
    for (const part of ['{z}', '{x}', '{y}'])
      if (!url.includes(part)) throw new Error(`${at} has no ${part}`);
    if (!/^\/[^/]/.test(url) && !/^https?:\/\/[A-Za-z0-9.-]+(:\d+)?\//.test(url))
      throw new Error(`${at} begins with http://HOST/, https://HOST/ or / (a host has no {…})`);
    return url;
  });
}

const originOf = (url: string): string => /^https?:\/\/[^/]+/.exec(url)?.[0] ?? '';

function fileOf(name: string, directory: string, where: string): string {
  const path = resolve(directory, name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Error(`${where}: there is no file ${path}`);
  return path;
}

function recordOf(value: unknown, where: string, fields: ReadonlySet<string>): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} must be an object`);
  for (const name of Object.keys(value))
    if (!fields.has(name)) throw new Error(`${where}: ${name} is not a field`);
  return { ...value };
}

function textOf(given: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = given[name];
  if (typeof value !== 'string' || value.trim() === '' || value.length > 200)
    throw new Error(`${where}.${name} must be 1 to 200 characters of text`);
  return value;
}
