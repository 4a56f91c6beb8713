/** Vendors' delivery reports. Both may come twice or never; both end in the same journaled receipt. */
import { field } from './driver.ts';

export type Receipt = {
  /** Our notification id, where the vendor gives it back; else the vendor's own `reference`. */
  readonly id: string | null;
  readonly reference: string | null;
  readonly delivered: boolean;
  readonly detail: string;
};

/** Reports of one call; a vendor sends a hundred or so. */
const RECEIPTS_MAX = 1_000;

/** Reads Aliyun's SmsReport or Tencent's form; whatever is neither counts as no report. */
export function readReceipts(body: unknown): {
  readonly receipts: readonly Receipt[];
  /** Rows past the bound, which were not read: for a counter. */
  readonly unread: number;
  readonly reply: unknown;
} {
  const all: readonly unknown[] = Array.isArray(body) ? body : [];
  const rows = all.slice(0, RECEIPTS_MAX);
  const unread = all.length - rows.length;
  const tencent = rows.some((row) => field(row, 'report_status') !== undefined);
  const receipts = rows.flatMap((row) => (tencent ? ofTencent(row) : ofAliyun(row)));
  return { receipts, unread, reply: tencent ? { result: 0, errmsg: 'OK' } : { code: 0, msg: '成功' } };
}

function ofAliyun(row: unknown): Receipt[] {
  const success = field(row, 'success');
  const id = textOf(field(row, 'out_id'));
  const reference = textOf(field(row, 'biz_id'));
  if (success === undefined || (id === null && reference === null)) return [];
  const delivered = success === true || success === 'true';
  return [{ id, reference, delivered, detail: textOf(field(row, 'err_code')) ?? '' }];
}

function ofTencent(row: unknown): Receipt[] {
  const reference = textOf(field(row, 'sid'));
  const status = textOf(field(row, 'report_status'));
  if (reference === null || status === null) return [];
  const detail = textOf(field(row, 'errmsg')) ?? status;
  return [{ id: null, reference, delivered: status === 'SUCCESS', detail }];
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
