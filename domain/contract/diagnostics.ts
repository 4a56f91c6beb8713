/** What a field engineer is shown of one gateway in the first ten minutes. */
/** Steps of one packet, in the order in which they are gone through; the last one that is not ok ended it. */
export const STEP_NAMES = [
  'topic',
  'size',
  'json',
  'product',
  'record',
  'device',
  'value',
  'clock',
  'lane',
  'rules',
  'outcome',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** `detail` is English for an engineer. `ok` false: this step refused, or doubts, what it was given. */
export type Step = { readonly step: StepName; readonly ok: boolean; readonly detail: string };

/** A message gone through without being taken. */
export type Trial = {
  readonly steps: readonly Step[];
  /** Records as they would be taken: device, time, values, …; those that are none are in the steps. */
  readonly records: readonly unknown[];
};
