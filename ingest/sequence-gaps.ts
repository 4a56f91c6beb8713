/** Numbers that a device left out, as people are shown them: the newest gaps, and when a late record filled them. */
import type { Registry } from '#domain/registry.ts';
import type { SequenceGap } from '#domain/contract/diagnostics.ts';
import type { Timestamp } from '#domain/time.ts';
import type { IngestState } from './ingest-state.ts';

/** Gaps remembered of one device; the oldest one filled goes first. */
const NOTED_MAX = 16;

/** `missing` of `from`..`to` have not come; `filledAt` says when none was missing any more. */
export type GapNote = {
  readonly from: number;
  readonly to: number;
  readonly at: Timestamp;
  missing: number;
  filledAt: Timestamp | null;
};

/** Notes numbers left out. */
export function noteGap(notes: GapNote[], from: number, to: number, at: Timestamp): void {
  notes.push({ from, to, at, missing: to - from + 1, filledAt: null });
  if (notes.length <= NOTED_MAX) return;
  const filled = notes.findIndex(({ filledAt }) => filledAt !== null);
  notes.splice(Math.max(filled, 0), 1);
}

/** Notes that a number came after all. */
export function noteFilled(notes: readonly GapNote[], seq: number, at: Timestamp): void {
  const note = notes.find(({ from, to, filledAt }) => filledAt === null && from <= seq && seq <= to);
  if (note === undefined) return;
  note.missing -= 1;
  if (note.missing === 0) note.filledAt = at;
}

/** Of all devices of a gateway, the newest first. */
export function sequenceGaps(state: IngestState, registry: Registry, gateway: string): SequenceGap[] {
  const found: SequenceGap[] = [];
  for (const device of registry.devicesOfGateway.get(gateway) ?? []) {
    const index = registry.devices.get(device)?.index;
    const notes = index === undefined ? undefined : state.devices.get(index)?.gaps;
    for (const { from, to, at, missing, filledAt } of notes ?? [])
      found.push({ device, from, to, at, missing, filledAt });
  }
  return found.sort((a, b) => b.at - a.at || (a.device < b.device ? -1 : 1));
}

/** Numbers that never came, of all gateways. */
export function openGaps(state: IngestState): number {
  let open = 0;
  for (let index = 0; index < state.gateways.length; index++) open += state.gateways.get(index)?.gaps ?? 0;
  return open;
}
