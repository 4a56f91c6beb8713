/** The quarantine as the API gives it. */
import type { Timestamp } from '#domain/time.ts';
import { field, isRecord, itemsOf } from './http.ts';

/** Refusals of one gateway, device and reason. `kept` = records that an approval can still take. */
export type Group = {
  readonly id: number;
  readonly gateway: string;
  readonly device: string | null;
  readonly reason: string;
  readonly count: number;
  readonly firstAt: Timestamp;
  readonly lastAt: Timestamp;
  readonly sample: string;
  readonly kept: number;
};
export type Sample = { readonly at: Timestamp; readonly sample: string; readonly detail: string };

/** What an unknown device seems to be. */
export type Proposal = {
  readonly records: number;
  readonly reportIntervalMs: number | null;
  readonly channels: readonly {
    readonly channel: string;
    readonly samples: number;
    readonly min: number | null;
    readonly max: number | null;
    readonly quantity: string | null;
    readonly unit: string | null;
  }[];
};

export const groupsOf = (body: unknown): Group[] =>
  itemsOf(body).filter(
    (item): item is Group =>
      isRecord(item) && typeof item['id'] === 'number' && typeof item['reason'] === 'string',
  );
export const samplesOf = (body: unknown): Sample[] =>
  itemsOf(body).filter((item): item is Sample => isRecord(item) && typeof item['sample'] === 'string');
export const proposalOf = (body: unknown): Proposal | null =>
  isRecord(body) && Array.isArray(field(body, 'channels')) ? (body as Proposal) : null;
/** How many records an approval took. */
export const takenOf = (body: unknown): number => Number(field(body, 'records') ?? 0);
