/** What the settings say of TLS, as the broker takes it. */
import type { BrokerOptions } from '#broker/ports.ts';
import type { Config } from '#config';

/** Listeners of the broker that speak TLS; none without a port of theirs. */
export function brokerTls({ tls, mqttsPort, mqttWssPort }: Config): Partial<BrokerOptions> {
  if (tls === null || (mqttsPort === null && mqttWssPort === null)) return {};
  const { cert, key, ca } = tls;
  return {
    tls: {
      cert,
      key,
      ...(ca === undefined ? {} : { ca }),
      ...(mqttsPort === null ? {} : { port: mqttsPort }),
      ...(mqttWssPort === null ? {} : { websocketPort: mqttWssPort }),
    },
  };
}
