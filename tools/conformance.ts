/**
 * `npm run conformance -- --port N`: the product's broker on loopback for MQTT conformance suites, without registry
 * and data folder. Every client is admitted and may use any topic; only `test/nosubscribe` cannot be subscribed to.
 */
import { parseArgs } from 'node:util';
import { startBroker } from '#broker/broker.ts';
import { openPolicy } from '#broker/policy.ts';
import type { BrokerHost } from '#broker/ports.ts';

const LOOPBACK = '127.0.0.1';

/** Admits everybody as one gateway and takes every publish as safe at once. */
export const admitAll: BrokerHost = {
  authenticate: () => ({ gateway: 'conformance', proof: 'secret' }),
  publish: (_input, done) => done(),
  presence: () => {},
  refused: () => {},
  condition: () => {},
  clock: {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    bootId: () => 'conformance',
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  },
};

/** Starts the broker as the conformance command runs it; port 0 takes a free one. */
export const startConformance = (port: number) =>
  startBroker(
    {
      host: LOOPBACK,
      port,
      packetMaxBytes: 256 * 1024,
      heldPerClientMax: 1000,
      heldBytesMax: 64 * 1024 * 1024,
      connectionsMax: 2000,
      connectionsPerAddressMax: 2000,
      connectTimeoutMs: 5000,
      slowSubscriberBytes: 64 * 1024,
      drainTimeoutMs: 15_000,
    },
    admitAll,
    openPolicy,
  );

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '1883' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`--port takes a number from 0 to 65535, not ${values.port}`);
    process.exit(2);
  }
  const broker = await startConformance(port);
  console.log(`MQTT 3.1.1 on ${LOOPBACK}:${broker.port}`);
  const stop = (): void => void broker.close().then(() => process.exit(0));
  process.once('SIGTERM', stop).once('SIGINT', stop);
}
