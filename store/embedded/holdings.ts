/** Everything the embedded store holds, handed to the functions that seal, gather, retain and read. */
import type { LatestValues } from './latest-values.ts';
import type { MetaFile } from './meta-file.ts';
import type { Month } from './month-files.ts';
import type { Sources } from './point-reader.ts';

/** A finished day whose sparse hours are being put together, point after point. */
export type Gathering = {
  readonly day: number;
  readonly lastPoint: number;
  nextPoint: number;
  /** Something of this day was sealed meanwhile: it stays pending. */
  touched: boolean;
};

export type Holdings = Sources & {
  readonly meta: MetaFile;
  readonly latest: LatestValues;
  /** Days whose hours wait to be gathered -> wall clock of the first sealing since the last gathering. */
  readonly pending: Map<number, number>;
  gathering: Gathering | null;
  /** Month file that may have free pages to give back. */
  shrinking: Month | null;
  /** Record-log position of the last block written. */
  writtenThrough: number;
  /** See retention.ts. */
  retentionClock: number | null;
};
