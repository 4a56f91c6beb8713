/** Topic rights. The same broker runs under the city's policy and, for conformance suites, under an open one. */

export type Policy = {
  /** Persistent sessions kept for one gateway; the longest-offline one makes room for a new one. */
  readonly sessionsPerGatewayMax: number;
  /** Topics with a retained message. */
  readonly retainedMax: number;
  /** Whether subscribers get what a client publishes here; everything is journaled either way. */
  relays(gateway: string, topic: string): boolean;
  maySubscribe(gateway: string, filter: string): boolean;
  mayReceive(gateway: string, topic: string): boolean;
  mayRetain(gateway: string, topic: string, payloadBytes: number): boolean;
};

/** A status message is one small object; anything longer is not worth keeping for ever. */
const RETAINED_BYTES_MAX = 4096;

/** Sessions keep their filters: our own are below 100 characters, MQTT would allow 65,535 for each. */
const FILTER_LENGTH_MAX = 256;

/**
 * What ThingsBoard devices and gateways subscribe to as they connect. It is granted, or they would not go on, and
 * nothing is ever sent there: these topics name no gateway, so a message on them would reach every one.
 */
const isThingsboard = (filter: string): boolean => /^v1\/(gateway|devices\/me)\//.test(filter);

const root = (gateway: string): string => `lifeline/v1/${gateway}/`;

/** A gateway publishes and subscribes only below its own id; telemetry goes to the journal and nowhere else. */
export const cityPolicy: Policy = {
  sessionsPerGatewayMax: 16,
  retainedMax: 100_000,
  relays: (gateway, topic) => topic.startsWith(root(gateway)) && topic !== `${root(gateway)}telemetry`,
  maySubscribe: (gateway, filter) =>
    filter.length <= FILTER_LENGTH_MAX && (filter.startsWith(root(gateway)) || isThingsboard(filter)),
  mayReceive: (gateway, topic) => topic.startsWith(root(gateway)),
  mayRetain: (gateway, topic, payloadBytes) =>
    topic === `${root(gateway)}status` && payloadBytes <= RETAINED_BYTES_MAX,
};

/** For conformance suites: any topic, retained everywhere; only `test/nosubscribe` cannot be subscribed to. */
export const openPolicy: Policy = {
  sessionsPerGatewayMax: 10_000,
  retainedMax: 10_000,
  relays: () => true,
  maySubscribe: (_gateway, filter) => filter !== 'test/nosubscribe',
  mayReceive: () => true,
  mayRetain: () => true,
};

/** The broker's own topics; no client publishes there under any policy. */
export const isSystemTopic = (topic: string): boolean => topic === '$SYS' || topic.startsWith('$SYS/');
