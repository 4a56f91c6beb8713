/** What a field engineer asks about a gateway, from the running city and from what was noted beside it. */
import type { GatewayDiagnostics, PacketView, Step } from '#domain/contract/diagnostics.ts';
import type { Clock } from '#domain/clock.ts';
import {
  explain,
  gatewayClock,
  gatewayIngestStatus,
  openGaps,
  productOf,
  sequenceGaps,
} from '#ingest/ingest.ts';
import { rulesOfPoint } from '#rules/engine.ts';
import type { DiagnosticsPort } from '#server/ports.ts';
import type { Pipeline } from '../pipeline.ts';
import {
  countedSince,
  refusalsOf,
  type GatewayNotes,
  type NotedPacket,
  type PacketNotes,
} from './packet-notes.ts';

export function createDiagnostics(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly notes: PacketNotes;
}): DiagnosticsPort {
  const { clock, notes } = parts;
  const { city } = parts.pipeline;
  const rulesOf = (pointIndex: number): readonly string[] => rulesOfPoint(city.rules, pointIndex);

  function packetView(gateway: string, packet: NotedPacket): PacketView {
    const { at, topic, qos, bytes, payload } = packet;
    const entry = city.registry.gateways.get(gateway);
    const truncated = bytes > payload.length;
    const steps: Step[] = truncated
      ? [{ step: 'size', ok: true, detail: `${bytes} bytes, too long to be kept whole and gone through` }]
      : [
          ...explain(
            city.ingest,
            city.registry,
            {
              ...{ gateway, topic, payload, receivedAt: at },
              product: entry && productOf(city.registry, entry),
            },
            rulesOf,
          ).steps,
        ];
    steps.push(outcomeOf(packet));
    return { at, topic, qos, bytes, payload: Buffer.from(payload).toString('utf8'), truncated, steps };
  }

  return {
    tryProduct: (product, message) =>
      explain(city.ingest, city.registry, { ...message, product, receivedAt: clock.wallMs() }, rulesOf),
    sequenceGaps: (gateway) => sequenceGaps(city.ingest, city.registry, gateway),
    openGaps: () => openGaps(city.ingest),
    gateway(id) {
      const status = gatewayIngestStatus(city.ingest, city.registry, id);
      const noted = notes.of(id);
      const refusedLogin = noted?.refusedLogin ?? notes.strangerOf(id);
      if (status === null && refusedLogin === null) return null;
      const connections = city.connections.get(id) ?? 0;
      const view: GatewayDiagnostics = {
        gateway: id,
        registered: status !== null,
        connection: {
          connected: connections > 0,
          connections,
          lastPublishAt: status?.lastPublishAt ?? null,
          newest: noted?.connection ?? null,
          refusedLogin,
        },
        rates: ratesOf(noted, clock.wallMs()),
        clock: { offsetMs: status?.clockOffsetMs ?? null, ...gatewayClock(city.ingest, city.registry, id) },
        records: status?.records ?? 0,
        gaps: status?.gaps ?? 0,
        duplicates: status?.duplicates ?? 0,
        rejected: status?.rejected ?? 0,
        extraFields: status?.extraFields ?? 0,
        refusals: noted === null ? [] : refusalsOf(noted),
        packets: (noted?.packets ?? []).toReversed().map((packet) => packetView(id, packet)),
      };
      return view;
    },
  };
}

function outcomeOf({ values, refusals }: NotedPacket): Step {
  const taken = `${values} ${values === 1 ? 'value' : 'values'} taken`;
  return { step: 'outcome', ok: refusals.length === 0, detail: [taken, ...refusals].join('; ') };
}

function ratesOf(notes: GatewayNotes | null, now: number): GatewayDiagnostics['rates'] {
  if (notes === null) return { since: null, lastMinute: 0, last5Minutes: 0, lastHour: 0 };
  const [lastMinute = 0, last5Minutes = 0, lastHour = 0] = [1, 5, 60].map((minutes) =>
    countedSince(notes, now, minutes),
  );
  return { since: notes.since, lastMinute, last5Minutes, lastHour };
}
