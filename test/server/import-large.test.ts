/** A city's field in one spreadsheet, as Excel in China saves it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretHmac } from './fakes.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const GATEWAYS = 500;
const POINTS_EACH = 10;

/** 500 gateways with a device of ten points each, at two facilities. */
function spreadsheet(end = '\r\n'): string {
  const lines = [
    '类别,编号,名称,类型,生命线,区划,纬度,经度,设施,在线方式,网关,设备,通道,监测量,单位,上报间隔毫秒',
  ];
  lines.push('设施,F-1,"中华路,阀井",gas-valve-well,gas,371702,35.25,115.44,,,,,,,,');
  for (let n = 1; n <= GATEWAYS; n++) {
    const [gateway, device] = [`GX-${n}`, `DX-${n}`];
    lines.push(`网关,${gateway},中华路网关${n},,,,,,F-1,常在线,,,,,,`);
    lines.push(`设备,${device},,,,,,,F-1,,${gateway},,,,,`);
    for (let point = 1; point <= POINTS_EACH; point++) {
      lines.push(`测点,,,,,,,,,,,${device},t${point},temperature,Cel,60000`);
    }
  }
  return lines.join(end);
}

/** What the decoder reads back, two bytes for every character beyond ASCII. */
function inGbk(text: string): Buffer {
  const decoder = new TextDecoder('gb18030');
  const bytesOf = new Map<string, readonly number[]>();
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      if (low !== 0x7f) bytesOf.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
    }
  }
  return Buffer.from([...text].flatMap((sign) => bytesOf.get(sign) ?? [sign.charCodeAt(0)]));
}

const send = (body: string | Buffer, query = '') =>
  house.ask('system-admin', 'POST', `/api/v1/import${query}`, body, { 'content-type': 'text/csv' });

describe('500 gateways and 5,000 points in one spreadsheet', () => {
  it('names every faulty row by its line and imports nothing', async () => {
    const lines = spreadsheet().split('\r\n');
    lines[2] = lines[2]?.replace('F-1', 'F-none') ?? '';
    lines[4] = lines[4]?.replace('Cel', 'kPa') ?? '';
    const reply = await send(lines.join('\r\n'), '?dryRun=true');
    const rows = reply.json().errors.map(({ row, code }: { row: number; code: string }) => `${row} ${code}`);
    expect(rows).toEqual(['3 unknown-facility', '5 unit-mismatch']);
    expect((await send(lines.join('\r\n'))).json()).toMatchObject({ code: 'import-refused', created: 0 });
    expect(house.city.registry().gateways.has('GX-2')).toBe(false);
  });

  it('saved in GBK with Chinese headings: all of it, and each secret once, as a table for labels', async () => {
    const file = inGbk(spreadsheet());
    const dry = await send(file, '?dryRun=true');
    expect(dry.json()).toEqual({ created: 1 + GATEWAYS * (2 + POINTS_EACH), secrets: [], errors: [] });
    const reply = await send(file, '?format=csv');
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const [head, ...labels] = reply.body.trim().split('\r\n');
    expect(reply.body.startsWith('\uFEFFid')).toBe(true);
    expect([head, labels.length]).toEqual(['id,name,facility,secret', GATEWAYS]);
    const [id = '', name, facility, secret = ''] = labels[0]?.split(',') ?? [];
    expect([id, name, facility]).toEqual(['GX-1', '中华路网关1', 'F-1']);
    expect(house.city.registry().gateways.get(id)?.secretHmac).toBe(secretHmac(secret));
    expect(house.city.registry().facilities.get('F-1')?.name).toBe('中华路,阀井');
    expect(house.city.registry().pointsByIndex.length).toBeGreaterThanOrEqual(GATEWAYS * POINTS_EACH);
  });

  it('saved once more in UTF-8 with its mark and plain line ends: nothing new, no secret again', async () => {
    const reply = await send(`\uFEFF${spreadsheet('\n')}`);
    expect(reply.json()).toEqual({ created: 0, secrets: [], errors: [] });
  });
});
