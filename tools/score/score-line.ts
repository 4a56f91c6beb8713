/** One figure of one data set against what others or a bare limit reach on it. */
export type ScoreLine = {
  readonly set: string;
  readonly figure: string;
  readonly reference: string;
  /** Null where the reference is no target. */
  readonly reached: boolean | null;
};
