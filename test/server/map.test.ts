import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { guardBrowsers } from '#server/console-files.ts';
import type { Context } from '#server/context.ts';
import { readMapFile } from '#server/map-file.ts';
import { mapRoutes, rangeOf } from '#server/routes/map-routes.ts';

const directory = mkdtempSync(join(tmpdir(), 'map-'));
afterAll(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'city.pmtiles'), '0123456789');
const PATH = join(directory, 'map.json');
const TILES = { id: 'city', name: '市测绘底图', kind: 'pmtiles', file: 'city.pmtiles' };
const AMAP = {
  ...{ id: 'amap', name: '高德', kind: 'raster', datum: 'gcj02', approval: 'GS(2025)1号' },
  tiles: ['https://tiles.invalid/{z}/{x}/{y}?k=1', 'https://other.invalid:8443/{z}/{x}/{y}'],
};
const read = (...bases: unknown[]) => readMapFile(PATH, JSON.stringify({ bases }));

describe('the map file', () => {
  it('names base maps, the files behind them, and the hosts that pictures may come from', () => {
    const { bases, files, hosts } = read(TILES, AMAP);
    expect(bases).toEqual([
      {
        ...{ id: 'city', name: '市测绘底图', kind: 'pmtiles', urls: ['/api/v1/map/bases/city'] },
        ...{ datum: 'wgs84', approval: null, attribution: null, maxZoom: 18 },
      },
      {
        ...{ id: 'amap', name: '高德', kind: 'raster', urls: AMAP.tiles },
        ...{ datum: 'gcj02', approval: 'GS(2025)1号', attribution: null, maxZoom: 18 },
      },
    ]);
    expect([...files]).toEqual([['city', join(directory, 'city.pmtiles')]]);
    expect(hosts).toEqual(['https://tiles.invalid', 'https://other.invalid:8443']);
  });

  it.each([
    ['no list', [], /bases must list/],
    ['an unknown field', [{ ...TILES, zoom: 3 }], /bases\[0\]: zoom is not a field/],
    ['an unknown kind', [{ ...TILES, kind: 'wms' }], /bases\[0\]\.kind/],
    ['an unknown datum', [{ ...TILES, datum: 'bd09' }], /bases\[0\]\.datum/],
    ['a missing file', [{ ...TILES, file: 'gone.pmtiles' }], /bases\[0\]\.file: there is no file/],
    ['a directory', [{ ...TILES, file: '.' }], /there is no file/],
    ['tiles of a file', [{ ...TILES, tiles: AMAP.tiles }], /bases\[0\]\.tiles does not belong/],
    ['a template without {x}', [{ ...AMAP, tiles: ['https://a.invalid/{z}/{y}'] }], /no \{x\}/],
    ['a host with a place in it', [{ ...AMAP, tiles: ['https://t{x}.invalid/{z}/{x}/{y}'] }], /begins with/],
    ['another protocol', [{ ...AMAP, tiles: ['ftp://a.invalid/{z}/{x}/{y}'] }], /begins with/],
    ['the same id twice', [TILES, TILES], /city stands twice/],
    ['the id of the sketch', [{ ...TILES, id: 'sketch' }], /bases\[0\]\.id/],
    ['a deep zoom', [{ ...TILES, maxZoom: 30 }], /maxZoom/],
  ])('with %s is refused, and says where', (_what, bases, words) => {
    expect(() => read(...bases)).toThrow(words);
  });

  it('that is no JSON, or holds more than bases, is refused', () => {
    expect(() => readMapFile(PATH, '{')).toThrow(/is no JSON/);
    expect(() => readMapFile(PATH, '{"bases":[],"more":1}')).toThrow(/more is not a field/);
  });
});

describe('a range', () => {
  it.each([
    ['bytes=0-3', { start: 0, end: 3 }],
    ['bytes=7-99', { start: 7, end: 9 }],
    ['bytes=4-', { start: 4, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=10-', 'outside'],
    ['bytes=5-2', 'outside'],
    ['bytes=0-1,3-4', null],
    ['lines=0-1', null],
    [undefined, null],
  ] as const)('%s of ten bytes', (header, expected) => {
    expect(rangeOf(header, 10)).toEqual(expected);
  });
});

describe('a console', () => {
  it('gets the file in the ranges it asks for, and may fetch pictures from the configured hosts alone', async () => {
    const app = Fastify();
    const map = read(TILES, AMAP);
    await guardBrowsers(app, false, map.hosts);
    mapRoutes(app as never, { map } as Context);
    const ask = (headers: Record<string, string>, id = 'city') =>
      app.inject({ url: `/map/bases/${id}`, headers });
    const part = await ask({ range: 'bytes=2-4' });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    const whole = await ask({});
    expect([whole.statusCode, whole.body, whole.headers['accept-ranges']]).toEqual([
      200,
      '0123456789',
      'bytes',
    ]);
    expect(whole.headers.etag).toBe(part.headers.etag);
    expect((await ask({ range: 'bytes=50-' })).statusCode).toBe(416);
    expect((await ask({}, 'amap')).statusCode).toBeGreaterThanOrEqual(400);
    const policy = String(whole.headers['content-security-policy']);
    const allowed = (what: string) => new RegExp(`${what} ([^;]*)`).exec(policy)?.[1];
    expect(allowed('connect-src')).toBe("'self' https://tiles.invalid https://other.invalid:8443");
    expect(allowed('img-src')).toBe("'self' data: https://tiles.invalid https://other.invalid:8443");
    expect(allowed('script-src')).toBe("'self'");
    await app.close();
  });
});
