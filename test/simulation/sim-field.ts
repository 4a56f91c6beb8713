/**
 * The field and the network of a simulated city: gateways that keep every publish until it is acknowledged, and a
 * link that drops, repeats, delays and reorders in both directions. The wire's own queue outlives the platform.
 */
import type { PublishInput } from '#domain/input.ts';
import type { Random } from './random.ts';

export type SimRecord = {
  readonly device: string;
  readonly time: number;
  readonly seq: number;
  readonly values: Readonly<Record<string, number | null>>;
};
export type SimPoint = {
  readonly device: string;
  readonly channel: string;
  readonly gateway: string;
  readonly scale: number;
};

type Publish = {
  readonly gateway: string;
  readonly packetId: number;
  readonly text: string;
  readonly records: readonly SimRecord[];
  dup: boolean;
  resendAt: number;
};
type OnWire = { readonly at: number; readonly order: number; readonly run: () => void };

export type SimField = {
  /** Everything acknowledged so far. */
  readonly acknowledged: readonly SimRecord[];
  unacknowledged(): number;
  /** Measures, sends and resends what is due at `wall`; `accept` null = the platform is down. */
  act(wall: number, accept: ((input: PublishInput, synced: () => void) => void) | null): void;
  /** No more measuring and no more faults: only what is owed is still sent. */
  drain(): void;
};

export const REPORT_INTERVAL_MS = 10_000;
const RESEND_AFTER_MS = 5_000;

export function createSimField(points: readonly SimPoint[], random: Random): SimField {
  const levels = new Map(points.map((point) => [point, 0.1]));
  const leaks = new Map<SimPoint, number>();
  const nextReportAt = new Map(points.map((point) => [point, 0]));
  const sequences = new Map<string, number>();
  const packetIds = new Map<string, number>();
  const silentUntil = new Map<string, number>();
  const buffers = new Map<string, SimRecord[]>();
  const owed = new Set<Publish>();
  const acknowledged: SimRecord[] = [];
  let wire: OnWire[] = [];
  let order = 0;
  let calm = false;

  function measure(point: SimPoint, wall: number): SimRecord {
    const leak = leaks.get(point) ?? 0;
    if (leak === 0 && random.chance(0.02)) leaks.set(point, random.pick([0.05, 0.2, 0.8]));
    else if (leak !== 0 && random.chance(0.06)) leaks.set(point, -0.4);
    const level = Math.min(1.2, Math.max(0, (levels.get(point) ?? 0) + leak + (random.next() - 0.5) * 0.05));
    if (level === 0 && leak < 0) leaks.set(point, 0);
    levels.set(point, level);
    const seq = (sequences.get(point.device) ?? 0) + 1;
    sequences.set(point.device, seq);
    const value = random.chance(0.02) ? null : Math.round(level * point.scale * 1_000) / 1_000;
    return { device: point.device, time: wall, seq, values: { [point.channel]: value } };
  }

  function send(publish: Publish, wall: number, accept: NonNullable<Parameters<SimField['act']>[1]>): void {
    publish.resendAt = wall + RESEND_AFTER_MS;
    const copies = !calm && random.chance(0.05) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (!calm && random.chance(0.05)) continue;
      const { gateway, packetId, text, dup } = publish;
      const payload = new TextEncoder().encode(text);
      const topic = `lifeline/v1/${gateway}/telemetry`;
      const input: PublishInput = {
        kind: 'publish',
        gateway,
        client: 'box',
        topic,
        payload,
        qos: 1,
        dup,
        packetId,
      };
      carry(wall, () =>
        accept(input, () => {
          if (calm || !random.chance(0.05)) carry(wall, () => acknowledge(publish));
        }),
      );
    }
    publish.dup = true;
  }

  function carry(wall: number, run: () => void): void {
    wire.push({ at: wall + (calm ? 0 : random.int(80)), order: order++, run });
  }

  function acknowledge(publish: Publish): void {
    if (owed.delete(publish)) acknowledged.push(...publish.records);
  }

  function report(point: SimPoint, wall: number): void {
    nextReportAt.set(point, wall + REPORT_INTERVAL_MS + random.int(200) - 100);
    const record = measure(point, wall);
    const buffer = buffers.get(point.gateway) ?? [];
    buffers.set(point.gateway, buffer);
    buffer.push(record);
    if (random.chance(0.004)) silentUntil.set(point.gateway, wall + random.int(150_000));
    if ((silentUntil.get(point.gateway) ?? 0) > wall) return;
    const records = buffer.splice(0);
    const packetId = ((packetIds.get(point.gateway) ?? 0) % 65_535) + 1;
    packetIds.set(point.gateway, packetId);
    const text = JSON.stringify(records.length === 1 ? records[0] : records);
    owed.add({ gateway: point.gateway, packetId, text, records, dup: false, resendAt: wall });
  }

  return {
    acknowledged,
    unacknowledged: () => owed.size,
    act(wall, accept) {
      if (!calm) for (const point of points) if ((nextReportAt.get(point) ?? 0) <= wall) report(point, wall);
      if (accept === null) {
        wire = [];
        return;
      }
      for (const publish of owed) if (publish.resendAt <= wall) send(publish, wall, accept);
      const due = wire.filter((one) => one.at <= wall).toSorted((a, b) => a.at - b.at || a.order - b.order);
      wire = wire.filter((one) => one.at > wall);
      for (const one of due) one.run();
    },
    drain() {
      calm = true;
    },
  };
}
