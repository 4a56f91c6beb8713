/** What a rule remembers of the samples of its point, and the signal they make; plain data, in the point's page. */
import type { Measurement } from '#domain/measurement.ts';
import { digits12 } from '../limit-value.ts';
import { isInOrder } from '../trust.ts';
import { type Deviation, type DeviationTerms, freshDeviation, takeDeviation } from './deviation.ts';
import {
  freshRepeat,
  freshStill,
  minutesRepeated,
  minutesStill,
  type RepeatRun,
  type StillRun,
  type StillTerms,
} from './frozen.ts';
import {
  freshRing,
  minutesTo,
  provesSlope,
  type SlopeRing,
  type SlopeTerms,
  slopeOf,
  takeSample,
} from './slope.ts';

/** `terms` are in the point's unit, fixed at binding; the rest is memory. */
export type Trace =
  | {
      readonly kind: 'rate';
      readonly terms: SlopeTerms & { readonly perMs: number };
      readonly ring: SlopeRing;
    }
  | {
      readonly kind: 'eta';
      readonly terms: SlopeTerms & { readonly target: number; readonly side: 'high' | 'low' };
      readonly ring: SlopeRing;
    }
  | { readonly kind: 'still'; readonly terms: StillTerms; readonly run: StillRun }
  | { readonly kind: 'repeated'; readonly terms: StillTerms; readonly run: RepeatRun }
  | { readonly kind: 'deviation'; readonly terms: DeviationTerms; readonly state: Deviation };

/**
 * Takes `m` in and gives the rule's signal; NaN when it says nothing (yet). A sample out of order is passed over: slopes and
 * repetitions are about what followed what. `inAlarm` = a level of the rule is active.
 */
export function signalOf(trace: Trace, m: Measurement, trusted: boolean, inAlarm: boolean): number {
  if (Number.isNaN(m.value) || !isInOrder(m)) return NaN;
  switch (trace.kind) {
    case 'rate':
      takeSample(trace.ring, trace.terms, m, trusted);
      return digits12(slopeOf(trace.ring, trace.terms) * trace.terms.perMs);
    case 'eta': {
      takeSample(trace.ring, trace.terms, m, trusted);
      const { target, side } = trace.terms;
      return minutesTo(target, side, m.value, slopeOf(trace.ring, trace.terms));
    }
    case 'still':
      return minutesStill(trace.run, trace.terms, { time: m.time, value: m.value, trusted });
    case 'repeated':
      return minutesRepeated(trace.run, trace.terms.samples, { time: m.time, value: m.value, trusted });
    case 'deviation':
      return takeDeviation(trace.state, trace.terms, { time: m.time, value: m.value, trusted, inAlarm });
  }
}

/** Whether the signal rests on trusted samples alone; the other kinds let no sample in doubt lower theirs. */
export const provesTrace = (trace: Trace): boolean =>
  trace.kind === 'rate' || trace.kind === 'eta' ? provesSlope(trace.ring) : true;

/** The same terms with an empty memory. */
export function freshTrace(trace: Trace): Trace {
  switch (trace.kind) {
    case 'rate':
    case 'eta':
      return { ...trace, ring: freshRing() };
    case 'still':
      return { ...trace, run: freshStill() };
    case 'repeated':
      return { ...trace, run: freshRepeat() };
    case 'deviation':
      return { ...trace, state: freshDeviation(trace.terms) };
  }
}

/** The memory of `before` under the terms of `fresh` when both ask the same; else `fresh`. */
export function carryTrace(fresh: Trace | null, before: Trace | null): Trace | null {
  if (fresh === null || before === null || fresh.kind !== before.kind) return fresh;
  return JSON.stringify(fresh.terms) === JSON.stringify(before.terms) ? before : fresh;
}

/** What the rule gathered, without its terms. */
export function memoryOf(trace: Trace): TraceMemory {
  switch (trace.kind) {
    case 'rate':
    case 'eta':
      return trace.ring;
    case 'still':
    case 'repeated':
      return trace.run;
    case 'deviation':
      return trace.state;
  }
}
export type TraceMemory = SlopeRing | StillRun | RepeatRun | Deviation;

/** The terms of `trace` with what `memoryOf` gave of one of the same kind. */
export function remembering(trace: Trace, memory: TraceMemory): Trace {
  switch (trace.kind) {
    case 'rate':
    case 'eta':
      return { ...trace, ring: memory as SlopeRing };
    case 'still':
      return { ...trace, run: memory as StillRun };
    case 'repeated':
      return { ...trace, run: memory as RepeatRun };
    case 'deviation':
      return { ...trace, state: memory as Deviation };
  }
}
