import { expect, it } from 'vitest';
import { LedgerError, type LedgerErrorCode } from '#store/ledger/errors.ts';
import { openLedger } from '#store/ledger/ledger.ts';
import { ledgerHandle } from '#store/ledger/ledger-handle.ts';
import { testDirectories } from './directories.ts';
import { alarmEvent, keyed } from './events.ts';

const directory = testDirectories();

function opened() {
  const path = directory();
  let opens = 0;
  const handle = ledgerHandle(() => {
    opens += 1;
    return openLedger(path);
  });
  const fail = (code: LedgerErrorCode) =>
    expect(() =>
      handle.write(() => {
        throw new LedgerError(code, 'as told');
      }),
    ).toThrow(expect.objectContaining({ code }));
  return { handle, fail, opens: () => opens };
}

it('after a failed write the next goes through a fresh handle, and all that was kept is there', () => {
  const { handle, fail, opens } = opened();
  handle.write((ledger) => ledger.apply(keyed(1, alarmEvent(1)), 1));
  fail('disk-failing');
  expect(handle.read((ledger) => ledger.cursor())).toBe(1);
  expect(opens()).toBe(1);
  handle.write((ledger) => ledger.apply(keyed(2, alarmEvent(2)), 2));
  expect(opens()).toBe(2);
  expect(handle.read((ledger) => ledger.alarmEvents('alarm-1'))).toHaveLength(2);
  handle.write((ledger) => ledger.apply([], 3));
  expect(opens()).toBe(2);
  handle.close();
});

it('a full or busy disk leaves no doubt about what was kept: the handle stays', () => {
  const { handle, fail, opens } = opened();
  fail('disk-full');
  fail('busy');
  handle.write((ledger) => ledger.apply([], 1));
  expect(opens()).toBe(1);
  handle.close();
});
