/** Why a rule on recent samples rang, beside the params that every limit alarm has. */
import type { Explanation } from '#domain/alarm.ts';
import { digits12 } from '../limit-value.ts';
import { sigmaOf } from './baseline.ts';
import type { Trace } from './trace.ts';

/** Branch of the kind: the console has a sentence for each. */
export function traceCode(trace: Trace): string {
  switch (trace.kind) {
    case 'rate':
      return `rate-${trace.terms.by}`;
    case 'eta':
      return `eta-${trace.terms.side}`;
    case 'deviation':
      return `deviation-${trace.terms.chart.by}`;
    case 'still':
    case 'repeated':
      return `frozen-${trace.kind}`;
  }
}

/** What the trace was looking at. */
export function traceParams(trace: Trace): Explanation['params'] {
  switch (trace.kind) {
    case 'rate':
      return { samples: trace.ring.times.length, windowMs: trace.terms.windowMs };
    case 'eta': {
      const { values, times } = trace.ring;
      const { target, windowMs } = trace.terms;
      return { samples: times.length, windowMs, target, now: values.at(-1) ?? null };
    }
    case 'deviation': {
      const { baseline, lastZ } = trace.state;
      const usual = baseline.median;
      const sigma = sigmaOf(baseline, trace.terms);
      return { usual, sigma, now: digits12(usual + lastZ * sigma), side: trace.terms.side };
    }
    case 'still':
      return { at: trace.run.low, tolerance: trace.terms.tolerance, samples: trace.run.count };
    case 'repeated':
      return { at: trace.run.values.at(-1) ?? null, samples: trace.terms.samples };
  }
}
