/** A spreadsheet as another program wrote it (files/facilities.xlsx: ExcelJS 4.4), and files that are none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowsOfCsv } from '#server/import-rows.ts';
import { csvOfSheets } from '../../dashboard/src/registry-file/sheets-csv.ts';
import { TEMPLATES, templateCsv } from '../../dashboard/src/registry-file/template.ts';
import { readXlsx } from '../../dashboard/src/registry-file/xlsx.ts';

const FILE = new Uint8Array(readFileSync(join(import.meta.dirname, 'files/facilities.xlsx')));
const plain = (csv: string) => csv.replace(/^\uFEFF/, '');

describe('a spreadsheet', () => {
  it('is read sheet by sheet: shared and rich texts, entities, results of formulas, dates, leading zeros', async () => {
    const sheets = await readXlsx(FILE);
    expect(sheets?.map(({ name }) => name)).toEqual(['设施', '设备']);
    expect(sheets?.[0]?.rows[1]).toEqual([
      'XF-1',
      '人民路 & 中华路阀井',
      'gas-valve-well',
      'gas',
      '371702',
      '35.24',
      '115.46',
    ]);
    expect(sheets?.[0]?.rows[3]?.slice(0, 2)).toEqual(['XF-2', '开发区二号井']);
    expect(sheets?.[0]?.rows[3]?.[5]).toBe('35.25');
    expect(sheets?.[1]?.rows[1]).toEqual(['XD-1', 'GW-1', 'XF-1', '2026-11-01', '0012']);
  });

  it('becomes rows of the platform by the names of its sheets, and each line is found in it again', async () => {
    const { csv, lines } = csvOfSheets((await readXlsx(FILE)) ?? [], '');
    const rows = rowsOfCsv(plain(csv), undefined);
    expect(rows.map(({ kind, value }) => [kind, value['id']])).toEqual([
      ['facilities', 'XF-1'],
      ['facilities', 'XF-2'],
      ['devices', 'XD-1'],
    ]);
    expect(rows[1]?.value).toMatchObject({ location: { lat: 35.25, lon: 115.47 }, area: '371702' });
    expect(rows[2]?.value).toMatchObject({ serial: '0012', installedAt: Date.UTC(2026, 10, 1) });
    expect(rows.map(({ row }) => lines[row - 1])).toEqual([
      { sheet: '设施', row: 2 },
      { sheet: '设施', row: 4 },
      { sheet: '设备', row: 2 },
    ]);
  });

  it('keeps what a spreadsheet would take for a formula, and one line a row', () => {
    const { csv } = csvOfSheets(
      [
        {
          name: '权属单位',
          rows: [
            ['编号', '值班电话'],
            ['u', '+86 530\n1'],
          ],
        },
      ],
      '',
    );
    expect(rowsOfCsv(plain(csv), undefined)[0]?.value).toEqual({ id: 'u', dutyPhone: '+86 530 1' });
  });

  it.each([
    ['no ZIP', new Uint8Array(100)],
    ['an empty file', new Uint8Array(0)],
    ['half a file', FILE.slice(0, 4_000)],
  ])('%s is none', async (_, bytes) => {
    expect(await readXlsx(bytes)).toBe(null);
  });
});

describe('a template', () => {
  it.each(['', ...Object.keys(TEMPLATES)])('%s is read by the platform as it is', (table) => {
    const rows = rowsOfCsv(plain(templateCsv(table)), table === '' ? undefined : table);
    expect(rows.map(({ kind }) => kind)).toEqual(
      table === '' ? Object.keys(TEMPLATES).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)) : [table],
    );
  });
});
const ORDER = ['organisations', 'areas', 'facilities', 'products', 'gateways', 'devices', 'points', 'edges'];
