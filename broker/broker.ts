/** The MQTT 3.1.1 broker: a front that takes telemetry to the journal, and aedes behind it for all else. */
import type { Aedes } from 'aedes';
import { ConnectionEnded, endConnection } from './connection.ts';
import { openListeners } from './listeners.ts';
import { cityPolicy } from './policy.ts';
import type { Policy } from './policy.ts';
import type { Broker, BrokerHost, BrokerOptions } from './ports.ts';
import { createSwitchboard } from './switchboard.ts';

const SWEEP_MS = 1000;

/** Starts listening. Rejects when a port cannot be had. `policy` is the city's unless a conformance suite runs. */
export async function startBroker(
  options: BrokerOptions,
  host: BrokerHost,
  policy: Policy = cityPolicy,
): Promise<Broker> {
  const switchboard = createSwitchboard(options, host, policy);
  const { aedes, backlog, roster, limits, addressLimits } = switchboard;
  await aedes.listen();
  const listeners = await openListeners(options, host.clock, {
    accepted: switchboard.accept,
    tooFast: (address) => addressLimits.met(address, true, host.clock.monotonicMs()),
    refused: (reason, address, detail) => host.refused(reason, address, detail),
  }).catch(async (error: unknown) => {
    await closeAedes(aedes);
    throw error;
  });
  const stopSweeping = repeat(host, switchboard.sweep);

  return {
    port: listeners.port,
    tlsPort: listeners.tlsPort,
    websocketPort: listeners.websocketPort,
    secureWebsocketPort: listeners.secureWebsocketPort,
    renewTls: listeners.renewTls,
    limited: () => limits.size() + addressLimits.size(),
    publish: (topic, payload, { qos, retain = false }) =>
      new Promise((resolve, reject) => {
        if (aedes.closed) return reject(new ConnectionEnded('the broker is closed'));
        const packet = { topic, payload: Buffer.from(payload), qos, retain, dup: false };
        aedes.publish({ cmd: 'publish', ...packet }, null, (error) => (error ? reject(error) : resolve()));
      }),
    connections: () => roster.size(),
    connectionsOf: (gateway) => roster.of(gateway).length,
    disconnect: (gateway, why) => roster.of(gateway).forEach((connection) => endConnection(connection, why)),
    heldBytes: () => backlog.bytes(),
    acknowledge: switchboard.acknowledgements.writeAll,
    async close() {
      switchboard.beginClosing();
      stopSweeping();
      const closed = closeAedes(aedes);
      await listeners.close();
      await closed;
    },
  };
}

const closeAedes = (aedes: Aedes): Promise<void> => new Promise((resolve) => aedes.close(() => resolve()));

/** Runs something every second until the answer is called. */
function repeat({ clock }: BrokerHost, run: () => void): () => void {
  let cancel = clock.after(SWEEP_MS, again);
  function again(): void {
    run();
    cancel = clock.after(SWEEP_MS, again);
  }
  return () => cancel();
}
