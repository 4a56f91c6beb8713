/** What crosses the network readable under given settings. */
import { isIPv4 } from 'node:net';
import type { Config } from '#config';

/** True when only this machine can reach the ports. */
export const isLoopback = (bind: string): boolean =>
  bind === 'localhost' || bind === '::1' || (isIPv4(bind) && bind.startsWith('127.'));

/** What crosses the network readable under these settings, in words for whoever starts it; null when nothing does. */
export function exposureWarning(
  config: Pick<Config, 'bind' | 'mqttPort' | 'mqttWsPort'> & { readonly tls: object | null },
): string | null {
  const { bind, tls, mqttPort, mqttWsPort } = config;
  if (isLoopback(bind)) return null;
  if (tls === null)
    return (
      `WARNING: listening on ${bind} without TLS: secrets and passwords cross the network readable.\n` +
      '         Set LIFELINE_TLS_CERT and LIFELINE_TLS_KEY, or put a TLS proxy in front and bind to 127.0.0.1.'
    );
  const ports = mqttWsPort === null ? `${mqttPort}` : `${mqttPort} and ${mqttWsPort} (WebSocket)`;
  return (
    `WARNING: MQTT on ${bind} port ${ports} is not encrypted: gateway secrets cross the network readable.\n` +
    '         Let gateways use LIFELINE_MQTTS_PORT, and keep the rest of the network from that port.'
  );
}
