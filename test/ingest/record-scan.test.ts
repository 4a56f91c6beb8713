/** The quick reading of a plain record says what the slow one says, or leaves it to that one. */
import { describe, expect, test } from 'vitest';
import { decodeTelemetry, readRecord } from '#ingest/lifeline-record.ts';
import { scanRecord } from '#ingest/record-scan.ts';
import { seededRandom } from '#test/simulation/random.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function slowly(text: string): unknown {
  const items = decodeTelemetry(bytesOf(text));
  return 'reason' in items ? items : items.map(readRecord);
}

const PLAIN =
  '{"device":"G-0412","time":1763800000000,"values":{"ch4":0.42,"t":-18.3},"seq":17,"quality":"good","backfill":false}';

describe('plain records are read at once', () => {
  const rows: [string, string][] = [
    ['as gateways send it', PLAIN],
    ['white space', ` { "device" : "G-1" ,\t"values" : { "a" : 1 , "b" : true } ,\r\n "time" : 5 } `],
    [
      'whole, negative and long numbers',
      '{"device":"G","values":{"a":0,"b":-0,"c":-12,"d":123456789.012345,"e":1.10}}',
    ],
    ['words', '{"device":"G","values":{"a":true,"b":false,"c":null},"quality":"uncertain","backfill":true}'],
    ['a name of an object', '{"device":"G","values":{"__proto__":1,"constructor":2}}'],
    ['a field twice', '{"device":"G","device":"H","values":{"a":1},"values":{"b":2},"seq":1,"seq":2}'],
    ['a channel of 64 letters', `{"device":"G","values":{"${'x'.repeat(64)}":1}}`],
  ];
  test.for(rows)('%s', ([, text]) => {
    const record = scanRecord(bytesOf(text));
    expect(record).not.toBeNull();
    expect([record]).toEqual(slowly(text));
  });

  test('bytes that lie within others', () => {
    const around = bytesOf(`xx${PLAIN}1}`);
    expect([scanRecord(around.subarray(2, 2 + PLAIN.length))]).toEqual(slowly(PLAIN));
  });
});

describe('everything else is left to the judge', () => {
  const rows: [string, string][] = [
    ['nothing', ''],
    ['a list', `[${PLAIN}]`],
    ['something behind it', `${PLAIN}1`],
    ['cut short', PLAIN.slice(0, -1)],
    ['a field we do not know', '{"device":"G","values":{"a":1},"firmware":"1"}'],
    ['no device', '{"values":{"a":1}}'],
    ['no values', '{"device":"G","values":{}}'],
    ['a time as text', '{"device":"G","time":"2026-01-01T00:00:00Z","values":{"a":1}}'],
    ['half a millisecond', '{"device":"G","time":1.5,"values":{"a":1}}'],
    ['a negative number of a record', '{"device":"G","seq":-1,"values":{"a":1}}'],
    ['an exponent', '{"device":"G","values":{"a":1e3}}'],
    ['more digits than a double has', '{"device":"G","values":{"a":0.1234567890123456}}'],
    ['a leading zero', '{"device":"G","values":{"a":01}}'],
    ['no digit behind the point', '{"device":"G","values":{"a":1.}}'],
    ['an escape', '{"device":"G\\u0031","values":{"a":1}}'],
    ['letters that are not ASCII', '{"device":"井1","values":{"a":1}}'],
    ['a channel twice', '{"device":"G","values":{"a":1,"b":2,"a":3}}'],
    ['channels that are numbers', '{"device":"G","values":{"b":1,"2":2,"1":3}}'],
    ['a name of 65 letters', `{"device":"${'x'.repeat(65)}","values":{"a":1}}`],
    ['65 channels', `{"device":"G","values":{${Array.from({ length: 65 }, (_, n) => `"c${n}":1`).join()}}}`],
    ['a text for a value', '{"device":"G","values":{"a":"1"}}'],
  ];
  test.for(rows)('%s', ([, text]) => expect(scanRecord(bytesOf(text))).toBeNull());
});

const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    ' ',
    '\n',
    '.',
    '-',
    '+',
    'e',
    'E',
    '0',
    '1',
    '9',
    '00',
    '0.1',
  ],
  ...['null', 'true', 'tru', '"a"', '"b"', '"1"', '"__proto__"', '"device"', '"time"', '"seq"', '"values"'],
  ...[
    '"quality"',
    '"good"',
    '"backfill"',
    '"a":1,',
    '"seq":3,',
    '"\\u0061":2,',
    '1e5',
    '9007199254740993',
    '井',
  ],
];

test('damaged in thousands of ways it never says anything else', () => {
  const random = seededRandom(23);
  const pick = <T>(of: readonly T[]): T => of[random.int(of.length)] as T;
  const number = (): string =>
    `${pick(['', '-'])}${random.int(10 ** (1 + random.int(9)))}${pick(['', `.${random.int(10 ** 6)}`, `.0${random.int(1_000)}`])}`;
  let read = 0;
  for (let round = 0; round < 60_000; round += 1) {
    let text = `{"device":"G-${random.int(9)}","time":${random.int(10 ** 13)},"values":{"a":${number()},"b":${number()}},"seq":${random.int(9)},"quality":"good"}`;
    for (let wounds = random.int(3); wounds > 0; wounds -= 1) {
      const at = random.int(text.length + 1);
      text = text.slice(0, at) + pick(PIECES) + text.slice(at + random.int(4));
    }
    const record = scanRecord(bytesOf(text));
    if (record === null) continue;
    read += 1;
    expect([record], text).toEqual(slowly(text));
  }
  expect(read).toBeGreaterThan(8_000);
});

test('numbers are those that their text says, to the last bit', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 50_000; round += 1) {
    const decimals = random.int(13);
    const text = (random.int(10 ** 9) / 10 ** random.int(10)).toFixed(decimals).slice(0, 15);
    const record = scanRecord(bytesOf(`{"device":"G","values":{"a":${text}}}`));
    if (record !== null) expect(record.values[0], text).toBe(JSON.parse(text));
  }
});
