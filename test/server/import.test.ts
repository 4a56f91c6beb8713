import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, type House } from './house.ts';
import { secretHmac } from './fakes.ts';
import { toWgs84 } from '#domain/datum.ts';
import { decodeText, parseCsv } from '#server/csv.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const FACILITY = {
  id: 'W-9',
  name: '阀井 9',
  kind: 'gas-valve-well',
  lifeline: 'gas',
  area: '371702',
  location: { lat: 35.2, lon: 115.4 },
};
const FILE = {
  organisations: [{ id: 'new-co', name: 'New', kind: 'owner', dutyPhone: '1' }],
  facilities: [{ ...FACILITY, organisation: 'new-co' }],
  gateways: [{ id: 'GW-9', name: 'Nine', facility: 'W-9', session: 'always-on' }],
  devices: [{ id: 'G-9', gateway: 'GW-9', facility: 'W-9' }],
  points: [{ device: 'G-9', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 }],
  edges: [{ id: 'E-9', kind: 'gas-main', lifeline: 'gas', from: 'W-9', to: 'W-1' }],
};
const CSV = [
  'table,id,name,kind,dutyPhone,lifeline,area,location.lat,location.lon,facility,session,gateway,device,channel,' +
    'quantity,unit,reportIntervalMs,limits.HH,attributes.coverLevelM,cameras',
  'points,,,,,,,,,,,,G-9,ch4,ch4,%,60000,2.5,,',
  'organisations,new-co,"New, Ltd",owner,0530-1,,,,,,,,,,,,,,,',
  'facilities,W-9,"阀井 ""9""",gas-valve-well,,gas,371702,35.2,115.4,,,,,,,,,,36.5,a;b',
  'gateways,GW-9,Nine,,,,,,,W-9,always-on,,,,,,,,,',
  'devices,G-9,,,,,,,,W-9,,GW-9,,,,,,,,',
].join('\r\n');

const send = (payload: string | Buffer, query = '') =>
  house.ask('system-admin', 'POST', `/api/v1/import${query}`, payload, { 'content-type': 'text/csv' });

describe('an import', () => {
  it('makes everything in one atomic order and shows each new secret once', async () => {
    const reply = await house.ask('system-admin', 'POST', '/api/v1/import', FILE);
    expect(reply.statusCode).toBe(200);
    const { created, secrets, errors } = reply.json();
    expect([created, errors]).toEqual([6, []]);
    expect(secrets).toHaveLength(1);
    expect(house.city.registry().gateways.get('GW-9')?.secretHmac).toBe(secretHmac(secrets[0].secret));
    expect(house.city.commands).toHaveLength(1);
  });

  it('again changes what is there and makes no new secrets', async () => {
    await house.ask('system-admin', 'POST', '/api/v1/import', FILE);
    const before = house.city.registry().gateways.get('GW-9')?.secretHmac;
    const renamed = { ...FILE, facilities: [{ ...FACILITY, name: 'Renamed' }] };
    const reply = await house.ask('system-admin', 'POST', '/api/v1/import', renamed);
    expect(reply.json()).toEqual({ created: 0, secrets: [], errors: [] });
    expect(house.city.registry().facilities.get('W-9')?.name).toBe('Renamed');
    expect(house.city.registry().gateways.get('GW-9')?.secretHmac).toBe(before);
  });

  it('with faults changes nothing and names each row', async () => {
    const faulty = {
      ...FILE,
      facilities: [{ ...FACILITY, area: '999' }],
      points: [{ ...FILE.points[0], unit: 'kPa' }],
    };
    const reply = await house.ask('system-admin', 'POST', '/api/v1/import', faulty);
    expect(reply.statusCode).toBe(422);
    expect(reply.json()).toMatchObject({ code: 'import-refused', created: 0, secrets: [] });
    const rows = reply
      .json()
      .errors.map((error: { row: number; code: string }) => `${error.row} ${error.code}`);
    expect(rows).toContain('2 unknown-area');
    expect(rows).toContain('5 unit-mismatch');
    expect(house.city.commands).toEqual([]);
    expect(house.city.registry().organisations.has('new-co')).toBe(false);
  });

  it('tried out answers the same and changes nothing', async () => {
    const good = await house.ask('system-admin', 'POST', '/api/v1/import?dryRun=true', FILE);
    expect(good.json()).toEqual({ created: 6, secrets: [], errors: [] });
    const bad = await house.ask('system-admin', 'POST', '/api/v1/import?dryRun=true', {
      facilities: [{ ...FACILITY, area: '999' }],
    });
    expect([bad.statusCode, bad.json().created]).toEqual([200, 0]);
    expect(bad.json().errors).toMatchObject([{ row: 1, code: 'unknown-area' }]);
    expect(house.city.commands).toEqual([]);
    expect(house.city.registry().facilities.has('W-9')).toBe(false);
  });

  it('with gateways is the system administrator’s; without, the engineer’s', async () => {
    expect((await house.ask('engineer', 'POST', '/api/v1/import', FILE)).statusCode).toBe(403);
    const without = { facilities: [FACILITY] };
    expect((await house.ask('engineer', 'POST', '/api/v1/import', without)).json().created).toBe(1);
    expect((await house.ask('duty-officer', 'POST', '/api/v1/import', without)).statusCode).toBe(403);
  });

  const refused: [string, unknown][] = [
    ['an empty object', {}],
    ['a list', []],
    ['a table nobody knows', { sensors: [] }],
    ['a table that is no list', { points: {} }],
    ['a row that is no object', { points: [1] }],
  ];
  for (const [what, body] of refused) {
    it(`of ${what} is refused`, async () => {
      const reply = await house.ask('system-admin', 'POST', '/api/v1/import', body);
      expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid-request']);
    });
  }
});

describe('a CSV file', () => {
  it('is imported in any order of rows, with commas, quotes and nested fields', async () => {
    const reply = await send(CSV);
    expect(reply.json()).toMatchObject({ created: 5, errors: [] });
    const registry = house.city.registry();
    expect(registry.organisations.get('new-co')?.name).toBe('New, Ltd');
    expect(registry.facilities.get('W-9')).toMatchObject({
      name: '阀井 "9"',
      location: { lat: 35.2, lon: 115.4 },
      attributes: { coverLevelM: 36.5 },
      cameras: ['a', 'b'],
    });
    expect(registry.points.get('G-9/ch4')?.limits).toEqual({ HH: 2.5 });
  });

  it('of one table needs no table column', async () => {
    const reply = await send('id,name,kind,dutyPhone\nx-co,X,owner,1\n', '?table=organisations');
    expect(reply.json()).toMatchObject({ created: 1 });
  });

  it('lays pipes along their paths', async () => {
    const header = 'id,kind,lifeline,from,to,path,attributes.diameterMm';
    const place = (lon: string): string => `${lon} 35.2;115.45 35.21; 115.4 35.2`;
    const pipe = (lon: string): string => `${header}\nE-1,drain,drainage,W-1,U-1,${place(lon)},600\n`;
    expect((await send(pipe('115.4'), '?table=edges')).json()).toMatchObject({ created: 1, errors: [] });
    expect(house.city.registry().edges.get('E-1')).toMatchObject({
      path: [
        [115.4, 35.2],
        [115.45, 35.21],
        [115.4, 35.2],
      ],
      attributes: { diameterMm: 600 },
    });
    const { errors } = (await send(pipe('east'), '?table=edges')).json();
    expect(errors).toMatchObject([{ row: 2, code: 'type' }]);
  });

  it('in another datum is shifted once: facilities and paths, stored in WGS 84', async () => {
    const place = '115.410000,35.201000';
    const [lon, lat] = place.split(',');
    const csv = [
      'table,id,name,kind,lifeline,area,location.lat,location.lon,from,to,path',
      `facilities,W-8,八号,gas-valve-well,gas,371702,${lat},${lon},,,`,
      `edges,E-8,,gas-main,gas,,,,W-8,W-1,${lon} ${lat};${lon} ${lat}`,
    ].join('\r\n');
    expect((await send(csv, '?coordinates=mars')).json().code).toBe('invalid-request');
    expect((await send(csv, '?coordinates=gcj02')).statusCode).toBe(200);
    const { facilities, edges } = house.city.registry();
    const [east, north] = toWgs84('gcj02', [Number(lon), Number(lat)]);
    expect(facilities.get('W-8')?.location.lon).toBeCloseTo(east, 6);
    expect(facilities.get('W-8')?.location.lat).toBeCloseTo(north, 6);
    expect(Math.abs(east - Number(lon))).toBeGreaterThan(0.004);
    expect(edges.get('E-8')?.path?.[0]).toEqual([
      facilities.get('W-8')?.location.lon,
      facilities.get('W-8')?.location.lat,
    ]);
  });

  it('names the line of the file in its faults', async () => {
    const reply = await send('table,id,name,kind,dutyPhone\n\n\nfacilities,F-1,x,manhole,\n');
    expect(reply.json().errors[0].row).toBe(4);
  });

  it('from a Chinese spreadsheet (GBK) is read', () => {
    const gbk = Buffer.from([0xb7, 0xa7, 0xbe, 0xae, 0x2c, 0x31]);
    expect(decodeText(gbk)).toBe('阀井,1');
  });

  it('with a byte-order mark is read', async () => {
    const reply = await send(Buffer.from('\ufefftable,id,name,kind,dutyPhone\norganisations,y,Y,owner,1\n'));
    expect(reply.json()).toMatchObject({ created: 1 });
  });

  const bad: [string, string][] = [
    ['without a table column', 'id,name\na,b\n'],
    ['with a table nobody knows', 'table,id\nsensors,a\n'],
    ['with a quote never closed', 'table,id\npoints,"a\n'],
    ['with a quote in mid-cell', 'table,id\npoints,a"b\n'],
    ['with more cells than columns', 'table,id\npoints,a,b\n'],
    ['with a column twice', 'table,id,id\npoints,a,b\n'],
    ['with nothing in it', '\n\n'],
    ['with more columns than there are fields', `table,${Array.from({ length: 500 }, (_, n) => n).join()}`],
  ];
  for (const [what, text] of bad) {
    it(`${what} is refused`, async () => {
      const reply = await send(text);
      expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid-csv']);
    });
  }

  it('cannot reach what is not its own', async () => {
    await send('table,id,name,kind,dutyPhone,__proto__.polluted\norganisations,z,Z,owner,1,yes\n');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('keeps line breaks inside quotes and counts them', () => {
    expect(parseCsv('a,"b\nc"\r\nd,\n"e"')).toEqual([
      { line: 1, cells: ['a', 'b\nc'] },
      { line: 3, cells: ['d', ''] },
      { line: 4, cells: ['e'] },
    ]);
  });
});
