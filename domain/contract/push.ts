/** What a pushing platform is told of one body it sent. */
import type { RejectionReason } from '../rejection.ts';

/** Refusals named one by one in an answer; the counts beside them are complete. */
export const REFUSALS_NAMED_MAX = 100;

export type PushOutcome = {
  /** Records of which at least one value was taken. */
  readonly records: number;
  readonly values: number;
  /** Records that were known already. */
  readonly duplicates: number;
  /** Records, or values of records, that were not taken; what can be approved later waits in the quarantine. */
  readonly refused: number;
  /** The first of them, duplicates included, in the order of the body. */
  readonly refusals: readonly PushRefusal[];
};
export type PushRefusal = {
  readonly reason: RejectionReason;
  readonly device: string | null;
  readonly detail: string;
};
