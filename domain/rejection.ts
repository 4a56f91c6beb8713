/** Stable reasons; the label of `lifeline_rejected_total{reason}` and the key of the quarantine. */
export const REJECTION_REASONS = [
  'not-json',
  'not-utf8',
  'shape',
  'too-many-records',
  'unknown-device',
  'foreign-device',
  'ambiguous-device',
  'foreign-topic',
  'unknown-topic',
  'unknown-channel',
  'value-type',
  'time-format',
  'time-before-2000',
  'time-far-future',
  'retired',
  'duplicate',
  'packet-too-large',
  'bad-credentials',
  'bad-client-id',
  'protocol',
  'rate',
  'too-many-connections',
  'sys-topic',
  'retained-junk',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** One refused thing. `sample` is at most 256 characters of what came; `record` the whole record when it can be approved later. */
export type Rejection = {
  readonly reason: RejectionReason;
  readonly gateway: string;
  readonly device: string | null;
  readonly detail: string;
  readonly sample: string;
  /** JSON of the one record, kept for approval (`unknown-device`, `unknown-channel`); null otherwise. */
  readonly record: string | null;
};
