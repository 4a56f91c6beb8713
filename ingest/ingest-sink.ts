import type { Measurement } from '#domain/measurement.ts';
import type { Rejection } from '#domain/rejection.ts';

/** Where ingest's decisions go, in order; the fold hands them on. */
export type IngestSink = {
  /** `newest`: the newest known sample of its point by effective time, which one from the future never is. */
  measurement(m: Measurement, newest: boolean): void;
  /** For the rules only, the sample is stored already: the first 30 s of a clock fault under their corrected time. */
  judgeAgain(m: Measurement): void;
  rejected(rejection: Rejection): void;
  condition(
    name: string,
    subject: string,
    active: boolean,
    detail: Record<string, string | number | boolean>,
  ): void;
  /** An accepted publish: the gateway lives. */
  gateway(gateway: string): void;
};
