/** Short messages above the list: what became of an order, and late records that rang. */
import { shallowRef, type ShallowRef } from 'vue';
import type { Alarm } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';

export type Notice = {
  readonly number: number;
  /** Names a text below `notice.` in the language files. */
  readonly code: string;
  readonly values: Readonly<Record<string, string>>;
  /** The alarm it is about: offered as a link. */
  readonly alarm: string | null;
  /** What takes it back, until a local monotonic time. */
  readonly undo?: { readonly alarm: Alarm; readonly action: AlarmAction; readonly until: number };
  /** Opens the list of what happened meanwhile. */
  readonly away?: { readonly from: Timestamp; readonly to: Timestamp };
  /** Opens the alarms that late data brought. */
  readonly backfill?: Backfill;
  /** Stays until dismissed. */
  readonly sticky: boolean;
  readonly at: number;
};

export type Notices = {
  readonly list: ShallowRef<readonly Notice[]>;
  add(notice: Omit<Notice, 'number' | 'at'>, now: number): void;
  dismiss(number: number): void;
  /** Removes what has been read long enough. */
  age(now: number): void;
};

const SHOWN_MS = 12_000;
const NOTICES_MAX = 4;

export function createNotices(): Notices {
  const list = shallowRef<readonly Notice[]>([]);
  let count = 0;
  return {
    list,
    add(notice, now) {
      const others = list.value.filter(
        (n) =>
          n.code !== notice.code ||
          n.alarm !== notice.alarm ||
          n.values['gateway'] !== notice.values['gateway'],
      );
      list.value = [...others, { ...notice, number: ++count, at: now }].slice(-NOTICES_MAX);
    },
    dismiss(number) {
      list.value = list.value.filter((notice) => notice.number !== number);
    },
    age(now) {
      const young = list.value.filter(
        (notice) => notice.sticky || now < (notice.undo?.until ?? notice.at + SHOWN_MS),
      );
      if (young.length !== list.value.length) list.value = young;
    },
  };
}
