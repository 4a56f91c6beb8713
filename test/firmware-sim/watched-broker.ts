/** The product's broker on loopback, with all that gateways say to it written down and acknowledgements at will. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker } from '#broker/broker.ts';
import { openPolicy } from '#broker/policy.ts';
import type { Broker } from '#broker/ports.ts';
import type { FieldRecord } from '#firmware-sim/outbox.ts';
import { admitAll } from '#tools/conformance.ts';

export type Heard = { readonly gateway: string; readonly topic: string; readonly payload: Uint8Array };

export type WatchedBroker = {
  readonly port: number;
  readonly url: string;
  readonly heard: Heard[];
  /** Records of every readable telemetry publish, in order of arrival. */
  records(): FieldRecord[];
  /** Last status a gateway, or its will, has spoken. */
  status(gateway: string): string | undefined;
  /** From now on publishes are read and written down but not acknowledged; false lets all of them through. */
  withhold(yes: boolean): void;
  broker: Broker;
  close(): Promise<void>;
};

export async function startWatchedBroker(port = 0, secret = 's'): Promise<WatchedBroker> {
  const heard: Heard[] = [];
  let held: (() => void)[] | null = null;
  const broker = await startBroker(
    {
      host: '127.0.0.1',
      port,
      packetMaxBytes: 262_144,
      heldPerClientMax: 1_000,
      heldBytesMax: 67_108_864,
      connectionsMax: 100,
      connectionsPerAddressMax: 100,
      connectTimeoutMs: 5_000,
      slowSubscriberBytes: 65_536,
      drainTimeoutMs: 15_000,
    },
    {
      ...admitAll,
      authenticate: (gateway, password) =>
        Buffer.from(password ?? []).toString() === secret
          ? { gateway, proof: 'secret' }
          : { refused: 'wrong-secret' },
      publish({ gateway, topic, payload }, done) {
        heard.push({ gateway, topic, payload });
        if (held === null) done();
        else held.push(() => done());
      },
    },
    openPolicy,
  );
  return {
    port: broker.port,
    url: `mqtt://127.0.0.1:${broker.port}`,
    heard,
    broker,
    records: () => heard.flatMap(recordsIn),
    status: (gateway) => {
      const last = heard.findLast(({ topic }) => topic === `lifeline/v1/${gateway}/status`);
      return last === undefined ? undefined : Buffer.from(last.payload).toString();
    },
    withhold(yes) {
      const waiting = held ?? [];
      held = yes ? waiting : null;
      if (!yes) for (const done of waiting) done();
    },
    close: () => broker.close(),
  };
}

function recordsIn({ topic, payload }: Heard): FieldRecord[] {
  if (!topic.endsWith('/telemetry')) return [];
  try {
    const read: FieldRecord | FieldRecord[] = JSON.parse(Buffer.from(payload).toString());
    return Array.isArray(read) ? read : [read];
  } catch {
    return [];
  }
}

/** Looks again every 5 ms until it is so; fails after twenty seconds and says what was not. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const from = performance.now();
  while (!isSo()) {
    if (performance.now() - from > 60_000) throw new Error(`not within 60 s: ${what}`);
    await sleep(5);
  }
}
