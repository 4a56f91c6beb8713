/** Recorded data: what a CSV file says is what is published. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CsvColumns,
  instantOf,
  payloads,
  readRecording,
  readSamples,
} from '#firmware-sim/csv-player.ts';
import { parseTable, readTable } from '#firmware-sim/csv-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const COLUMNS: CsvColumns = {
  time: 'time',
  value: 'ch4',
  device: 'beam',
  zoneMinutes: 480,
  channel: 'ch4',
  devicePrefix: 'beam-',
};

describe('a CSV table', () => {
  it.each([
    {
      what: 'plain cells',
      text: 'a,b\n1,2\n',
      rows: [
        ['a', 'b'],
        ['1', '2'],
      ],
    },
    {
      what: 'no line end at the end',
      text: 'a,b\n1,2',
      rows: [
        ['a', 'b'],
        ['1', '2'],
      ],
    },
    {
      what: 'Windows line ends and a mark at the start',
      text: '\uFEFFa,b\r\n1,2\r\n',
      rows: [
        ['a', 'b'],
        ['1', '2'],
      ],
    },
    { what: 'a comma in quotes', text: '"x,y",2\n', rows: [['x,y', '2']] },
    { what: 'doubled quotes', text: '"he said ""no""",2\n', rows: [['he said "no"', '2']] },
    { what: 'a line end in quotes', text: '"two\nlines",2\n', rows: [['two\nlines', '2']] },
    {
      what: 'empty cells',
      text: ',,\n"",x,\n',
      rows: [
        ['', '', ''],
        ['', 'x', ''],
      ],
    },
    { what: 'blank lines', text: 'a\n\n\nb\n', rows: [['a'], ['b']] },
  ])('takes $what', ({ text, rows }) => {
    expect(parseTable(text)).toEqual(rows);
  });

  it('refuses a quote that is never closed', () => {
    expect(() => parseTable('"a,b\n1,2\n')).toThrow(/never closed/);
  });

  it('unpacks gzip, whatever the name', () => {
    const packed = gzipSync('a,b\n1,2\n');
    expect(readTable(file('one.csv.gz', packed))).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(readTable(file('two.csv', packed))).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });
});

describe('a time stamp', () => {
  const noon = Date.UTC(2024, 4, 1, 4, 0, 0);
  it.each([
    { text: '2024-05-01 12:00', zone: 480, at: noon },
    { text: '2024-05-01T12:00:00', zone: 480, at: noon },
    { text: '2024/5/1 12:00:00', zone: 480, at: noon },
    { text: '2024-05-01 12:00:00.250', zone: 480, at: noon + 250 },
    { text: '2024-05-01 12:00:00.250999', zone: 480, at: noon + 250 },
    { text: '2024-05-01T04:00:00Z', zone: 480, at: noon },
    { text: '2024-05-01T13:00:00+09:00', zone: 480, at: noon },
    { text: '2024-04-30 23:30:00-0430', zone: 480, at: noon },
    { text: '2024-05-01 04:00', zone: 0, at: noon },
    { text: '2024-04-30 22:00', zone: -360, at: noon },
    { text: '2024-05-01', zone: 480, at: Date.UTC(2024, 3, 30, 16) },
    { text: String(noon), zone: 480, at: noon },
    { text: String(noon / 1_000), zone: 480, at: noon },
  ])('$text, $zone minutes east, is read right', ({ text, zone, at }) => {
    expect(instantOf(text, zone)).toBe(at);
  });

  it.each(['', 'yesterday', '2024-13-01', '2024-02-30', '2024-05-01 25:00', '2024-05-01 12:00 CST', '12:00'])(
    '"%s" is refused, not guessed',
    (text) => {
      expect(() => instantOf(text, 480)).toThrow(/not a time/);
    },
  );
});

describe('a recording', () => {
  const path = file(
    'beams.csv',
    'time,beam,ch4\n2024-05-01 12:00:00,1,2.5\n2024-05-01 12:00:00,1,2.6\n2024-05-01 12:00:00,2,1e-1\n' +
      '2024-05-01 12:00:01,1,NA\n2024-05-01 12:00:01,1, \n2024-05-01 12:00:01,2,-0.5\n',
  );
  const noon = Date.UTC(2024, 4, 1, 4);

  it('keeps order and values, staggers repeated stamps of one device, counts rows without a number', () => {
    const { samples, leftOut } = readRecording(path, COLUMNS);
    expect(samples.map(({ device, time, value }) => [device, time - noon, value])).toEqual([
      ['beam-1', 0, 2.5],
      ['beam-1', 1, 2.6],
      ['beam-2', 0, 0.1],
      ['beam-2', 1_000, -0.5],
    ]);
    expect(leftOut).toBe(2);
    expect(readSamples(path, COLUMNS)).toEqual(samples);
  });

  it('names the columns there are when one is missing', () => {
    expect(() => readRecording(path, { ...COLUMNS, value: 'co' })).toThrow(/no column "co".*time, beam, ch4/);
  });

  it('is packed in order with a number per device', () => {
    const packed = [...payloads(readSamples(path, COLUMNS), 3)].map((text): unknown => JSON.parse(text));
    expect(packed).toEqual([
      [
        { device: 'beam-1', time: noon, seq: 1, values: { ch4: 2.5 } },
        { device: 'beam-1', time: noon + 1, seq: 2, values: { ch4: 2.6 } },
        { device: 'beam-2', time: noon, seq: 1, values: { ch4: 0.1 } },
      ],
      { device: 'beam-2', time: noon + 1_000, seq: 2, values: { ch4: -0.5 } },
    ]);
  });
});
