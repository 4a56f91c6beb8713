/** Wires the broker's parts to aedes' hooks and to each new stream. */
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import { createAdmission } from './admission.ts';
import { type Acknowledgements, createAcknowledgements } from './acknowledgements.ts';
import { type AddressAlarm, ADDRESSES, createAddressAlarm } from './address-alarm.ts';
import type { Backlog } from './backlog.ts';
import { createBacklog, NO_END } from './backlog.ts';
import { clientOfName, gatewayOfName } from './client-name.ts';
import type { Origin } from './connection.ts';
import { Connection, endConnection, refreshKeepAlive, releaseBrake, subjectOf } from './connection.ts';
import type { FailedLogins } from './failed-logins.ts';
import { createFailedLogins } from './failed-logins.ts';
import { countFaults } from './faults.ts';
import type { FrameFault } from './frames.ts';
import type { FrontParts } from './front.ts';
import { createFrontPublish } from './front-publish.ts';
import { createPersistence } from './persistence.ts';
import type { LimitWatch } from './limit-watch.ts';
import { createLimitWatch } from './limit-watch.ts';
import type { Meters } from './meters.ts';
import { createMeters, NO_METERS } from './meters.ts';
import type { Policy } from './policy.ts';
import type { BrokerHost, BrokerOptions } from './ports.ts';
import { createPublishHook } from './publish-hook.ts';
import type { Receipts } from './receipts.ts';
import { createReceipts } from './receipts.ts';
import { RelayingAedes } from './relaying-aedes.ts';
import type { Roster } from './roster.ts';
import { createRoster } from './roster.ts';
import type { StoredPacket } from './session-store.ts';
import { SessionStore } from './session-store.ts';
import type { SlowWatch } from './slow-watch.ts';
import { createSlowWatch } from './slow-watch.ts';
import { createTopicRights } from './topic-rights.ts';
import type { TwinWatch } from './twin-watch.ts';
import { createTwinWatch } from './twin-watch.ts';

/** A gateway needs its command and rejection topics; a careless one asks for each device. */
const FILTERS_PER_SESSION_MAX = 200;
/** Commands waiting for one absent client. */
const QUEUED_PER_SESSION_MAX = 1000;
const QUEUED_BYTES_PER_SESSION_MAX = 1024 * 1024;

export type Switchboard = {
  readonly aedes: RelayingAedes;
  readonly backlog: Backlog;
  readonly acknowledgements: Acknowledgements;
  readonly roster: Roster;
  /** Gateways that publish faster than they may, and addresses that connect faster. */
  readonly limits: LimitWatch;
  readonly addressLimits: LimitWatch;
  /** Hands a stream that nobody has read from to aedes. */
  accept(stream: Duplex, origin: Origin): void;
  /** Once a second: ends conditions that are over, and connections whose log-in no longer holds. */
  sweep(): void;
  /** From now on connections close without wills and presence. */
  beginClosing(): void;
};

type Parts = {
  readonly options: BrokerOptions;
  readonly host: BrokerHost;
  readonly policy: Policy;
  readonly backlog: Backlog;
  readonly acknowledgements: Acknowledgements;
  readonly receipts: Receipts;
  readonly slow: SlowWatch;
  readonly twins: TwinWatch;
  readonly roster: Roster;
  readonly failedLogins: FailedLogins;
  readonly badLogins: AddressAlarm;
  readonly limits: LimitWatch;
  readonly addressLimits: LimitWatch;
  readonly meters: Meters;
  readonly connections: WeakMap<Client, Connection>;
  closing: boolean;
};

/** Everything but the sockets; `aedes.listen()` is still to be called. */
export function createSwitchboard(options: BrokerOptions, host: BrokerHost, policy: Policy): Switchboard {
  const twins = createTwinWatch((gateway, active, evidence) =>
    host.condition('twin-identity', gateway, active, evidence),
  );
  const limits = createLimitWatch((subject, active, detail) =>
    host.condition('rate-limited', subject, active, detail),
  );
  const tooFast = addressAlarm(host, 'rate-limited');
  const parts: Parts = {
    options,
    host,
    policy,
    backlog: createBacklog(options),
    acknowledgements: createAcknowledgements(),
    receipts: createReceipts(),
    slow: createSlowWatch((gateway, active, detail) =>
      host.condition('slow-client', gateway, active, detail),
    ),
    twins,
    roster: createRoster(host, twins),
    failedLogins: createFailedLogins(),
    badLogins: addressAlarm(host, 'bad-credentials'),
    limits,
    addressLimits: createLimitWatch((address, active) =>
      active ? tooFast.begins(address) : tooFast.ends(address),
    ),
    meters: options.rates ? createMeters(options.rates, host.clock, limits) : NO_METERS,
    connections: new WeakMap(),
    closing: false,
  };
  const aedes = createAedes(parts);
  const frontParts = createFrontParts(parts);
  return {
    aedes,
    backlog: parts.backlog,
    acknowledgements: parts.acknowledgements,
    roster: parts.roster,
    limits,
    addressLimits: parts.addressLimits,
    accept: (stream, origin) =>
      accept(parts, aedes, new Connection(stream, origin, { ...parts, frontParts })),
    sweep: () => sweep(parts),
    beginClosing() {
      parts.closing = true;
    },
  };
}

const addressAlarm = (host: BrokerHost, name: string): AddressAlarm =>
  createAddressAlarm((active, evidence) => host.condition(name, ADDRESSES, active, evidence));

function createAedes(parts: Parts): RelayingAedes {
  const { options, host, policy, receipts, roster, slow } = parts;
  const connectionOf = (client: Client): Connection | undefined => parts.connections.get(client);
  const retained = new Map<string, StoredPacket>();
  const orphans = parts.backlog.open(NO_END);
  const dropped = new WeakSet<object>();
  const aedes = new RelayingAedes(
    {
      // 0: no limit on deliveries under way. With a limit one frozen subscriber holds them all and stops everybody;
      // what a subscriber can hold is bounded by its unsent bytes instead.
      concurrency: 0,
      connectTimeout: options.connectTimeoutMs,
      drainTimeout: options.drainTimeoutMs,
      // Admission judges the length of client ids; here they already carry the gateway's name.
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      persistence: createPersistence(openSessions(parts), retained, receipts, policy.maySubscribe),
      ...createAdmission(host, connectionOf, roster, parts),
      ...createTopicRights({
        policy,
        filtersPerSessionMax: FILTERS_PER_SESSION_MAX,
        slowSubscriberBytes: options.slowSubscriberBytes,
        connectionOf,
        missed: (connection) => slow.missed(connection.gateway, connection),
      }),
      authorizePublish: createPublishHook({
        host,
        policy,
        receipts,
        meters: parts.meters,
        dropped,
        hasRoomToRetain: (topic) => retained.has(topic) || retained.size < policy.retainedMax,
        flowOf: (client) => (client === null ? orphans : (connectionOf(client)?.flow ?? orphans)),
        closing: () => parts.closing,
      }),
    },
    policy,
    dropped,
  );
  countFaults(aedes, host, connectionOf);
  aedes.on('connackSent', ({ returnCode }, client) => {
    if (returnCode === 0) connectionOf(client)?.front.open();
  });
  return aedes;
}

function openSessions({ host, policy, receipts, roster, slow }: Parts): SessionStore {
  return new SessionStore(
    {
      sessionsPerGatewayMax: policy.sessionsPerGatewayMax,
      filtersPerSessionMax: FILTERS_PER_SESSION_MAX,
      queuedPerSessionMax: QUEUED_PER_SESSION_MAX,
      queuedBytesPerSessionMax: QUEUED_BYTES_PER_SESSION_MAX,
    },
    {
      isConnected: (name) => roster.has(gatewayOfName(name), clientOfName(name)),
      overflowed: (name) => slow.missed(gatewayOfName(name), name),
      emptied: (name) => slow.recovered(gatewayOfName(name), name),
      ended: (name) => receipts.forget(name),
      forgotten: (name) =>
        host.refused(
          'bad-client-id',
          gatewayOfName(name),
          `too many sessions: ${clientOfName(name)} forgotten`,
        ),
    },
  );
}

function createFrontParts(parts: Parts): FrontParts<Connection> {
  const { meters } = parts;
  return {
    packetMaxBytes: parts.options.packetMaxBytes,
    room: (connection) =>
      meters.paused(connection.gateway, connection.front.wake) ? 0 : connection.flow.room(),
    takes: createFrontPublish({ ...parts, closing: () => parts.closing }),
    heard: refreshKeepAlive,
    release: releaseBrake,
    fault: (connection, fault) => refuseFrame(parts, connection, fault),
  };
}

function accept(parts: Parts, aedes: RelayingAedes, connection: Connection): void {
  const { roster, slow } = parts;
  connection.stream.once('close', () => {
    connection.closed = true;
    connection.flow.close();
    slow.recovered(connection.gateway, connection);
    if (!parts.closing) roster.leave(connection);
  });
  connection.aedesClient = aedes.handle(connection.stream);
  parts.connections.set(connection.aedesClient, connection);
  connection.front.begin();
}

function refuseFrame({ host, options }: Parts, connection: Connection, fault: FrameFault): void {
  const detail =
    fault === 'protocol' ? 'not an MQTT packet' : `a packet over ${options.packetMaxBytes} bytes`;
  host.refused(fault, subjectOf(connection), detail);
  endConnection(connection, detail);
}

function sweep(parts: Parts): void {
  const { host, options, roster, twins, slow, failedLogins, limits, addressLimits, meters } = parts;
  const now = host.clock.monotonicMs();
  limits.sweep(now);
  addressLimits.sweep(now);
  meters.sweep();
  twins.sweep(roster.addresses, now);
  slow.sweep(({ stream }) => stream.writableLength <= options.slowSubscriberBytes);
  for (const address of failedLogins.sweep(now)) parts.badLogins.ends(address);
  for (const connection of roster.all()) {
    const credential = host.credential?.(connection.gateway, connection.proof) ?? null;
    if (credential !== connection.credential) endConnection(connection, 'the log-in no longer holds');
    else if (connection.flow.paused() || meters.isPaused(connection.gateway)) refreshKeepAlive(connection);
  }
}
