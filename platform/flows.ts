/** Joins the flows to the city: what they are fed, what they may raise, where their versions are kept. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import type { PointFacts } from '#node-red/messages.ts';
import { TOKEN_HEADER } from '#node-red/child-settings.ts';
import { createFlows } from '#node-red/flows.ts';
import { isReadableByFlows } from '#node-red/host-pipe.ts';
import type { Flows } from '#node-red/ports.ts';
import { openAlarms, standingRaised } from '#rules/engine.ts';
import type { Metrics } from '#server/metrics.ts';
import type { FlowsPort } from '#server/ports.ts';
import type { LedgerClient } from '#store/ledger/ledger-protocol.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Announcements } from './city-port.ts';

const OURS = new Set(['flows-down', 'flows-slow', 'flow-flood']);

export type FlowsEdge = { readonly port: FlowsPort; start(): void; stop(): void };

/** Throws when the data directory lies where flows could read it. */
export function openFlows(parts: {
  readonly pipeline: Pipeline;
  readonly announcements: Announcements;
  readonly ledger: LedgerClient;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly serverKey: Uint8Array;
  readonly dataDirectory: string;
  readonly log: (line: string) => void;
}): FlowsEdge {
  const { pipeline, announcements, ledger } = parts;
  if (isReadableByFlows(parts.dataDirectory))
    throw new Error(`flows could read ${parts.dataDirectory}: choose another folder, or LIFELINE_FLOWS=off`);
  const { city } = pipeline;
  endLeftOvers(pipeline);
  const flows = createFlows({
    clock: parts.clock,
    log: parts.log,
    credentialSecret: createHmac('sha256', parts.serverKey).update('credentials inside flows').digest('hex'),
    randomText: () => randomBytes(16).toString('hex'),
    facts: (index) => factsOf(pipeline, index),
    submit: (input) => pipeline.command(input),
    standing: (input) => standingRaised(city.rules, city.registry, input),
    condition: (name, subject, active, detail) =>
      pipeline.submit({ kind: 'condition', name, subject, active, detail }),
    saveFlows: (version) => ledger.saveFlows(version),
    newestFlows: () => ledger.flows(null),
  });
  announcements.measured.add(flows.measured);
  announcements.alarm.add((event) => event.alarm.unjournaled !== true && flows.alarm(event));
  announcements.registry.add(flows.registryChanged);
  count(parts.metrics, flows);
  return { port: portOf(flows), start: flows.start, stop: flows.stop };
}

/** Alarms of flows that an earlier run left open when flows are switched off now, or a flood that ended with it. */
export function endLeftOvers(pipeline: Pipeline): void {
  for (const { rule, active, explanation } of openAlarms(pipeline.city.rules)) {
    if (!active || !OURS.has(rule)) continue;
    const subject = String(explanation.params['subject'] ?? '');
    pipeline.submit({ kind: 'condition', name: rule, subject, active: false, detail: {} });
  }
}

function portOf(flows: Flows): FlowsPort {
  return {
    ticketHeader: TOKEN_HEADER,
    upstream() {
      const port = flows.port();
      return port === null ? null : `http://127.0.0.1:${port}`;
    },
    ticket: flows.ticket,
    dropTicket: flows.dropTicket,
    load: flows.load,
    status() {
      const { pid: _, waiting: __, ...status } = flows.status();
      return status;
    },
  };
}

function factsOf({ city: { registry } }: Pipeline, index: number): PointFacts | null {
  const point = registry.pointsByIndex[index];
  const device = point && registry.devices.get(point.device);
  const facility = device && registry.facilities.get(device.facility);
  if (point === undefined || facility === undefined || point.retired === true) return null;
  return {
    point: point.id,
    device: point.device,
    channel: point.channel,
    quantity: point.quantity,
    unit: point.unit,
    facility: facility.id,
    facilityName: facility.name,
    area: facility.area,
    lifeline: facility.lifeline,
  };
}

function count(metrics: Metrics, flows: Flows): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    metrics.gauge(`flows_${name}`, help, read);
  gauge('up', '1 while flows run', () => (flows.status().state === 'up' ? 1 : 0));
  gauge('starts', 'Starts of the flows’ process', () => flows.status().starts);
  gauge('measurements', 'Measurements given to flows', () => flows.status().measurements);
  gauge(
    'measurements_dropped',
    'Measurements flows were too slow for',
    () => flows.status().measurementsDropped,
  );
  gauge('alarms_dropped', 'Alarm events flows were too slow for', () => flows.status().alarmsDropped);
  gauge('waiting', 'Measurements and alarm events waiting for flows', () => flows.status().waiting);
  gauge('refused', 'Alarms and notices of flows refused for their rate', () => flows.status().refused);
}
