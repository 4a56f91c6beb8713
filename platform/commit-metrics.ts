/** One group commit in the metrics. */
import type { Metrics } from '#server/metrics.ts';
import type { CommitFigures } from '../pipeline.ts';

export function countCommit(metrics: Metrics, commit: CommitFigures): void {
  metrics.publishes(commit.publishes);
  metrics.measurements(commit.measurements);
  metrics.journalSynced(commit.syncMs, commit.inputs);
  for (const delayMs of commit.alarmDelaysMs) metrics.alarmDelay(delayMs);
}
