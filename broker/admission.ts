/**
 * CONNECT: who is this? Decided once, before aedes names the client, because the name carries the proved gateway.
 * A refused client gets a name nobody else can have: aedes clears session state by name even for those.
 */
import { randomUUID } from 'node:crypto';
import type { AedesOptions, AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { RejectionReason } from '#domain/rejection.ts';
import type { AddressAlarm } from './address-alarm.ts';
import { CLIENT_ID_LENGTH_MAX, joinName } from './client-name.ts';
import type { Connection, Verdict } from './connection.ts';
import { ConnectionEnded } from './connection.ts';
import type { FailedLogins } from './failed-logins.ts';
import type { BrokerHost, Identity } from './ports.ts';
import type { Roster } from './roster.ts';
import { isValidTopic } from './topic-filter.ts';

/** Gateway ids, as the registry has them; anything else a stranger sends is not shown as a subject. */
const GATEWAY_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** MQTT 3.1 alone forbids longer client ids. */
const CLIENT_ID_LENGTH_MAX_V3 = 23;
const IDENTIFIER_REJECTED = 2;
const BAD_CREDENTIALS = 4;
const NOT_AUTHORIZED = 5;

type Admission = Required<Pick<AedesOptions, 'preConnect' | 'authenticate'>>;

/** aedes' two log-in hooks. */
export function createAdmission(
  host: BrokerHost,
  connectionOf: (client: Client) => Connection | undefined,
  roster: Roster,
  { failedLogins, badLogins }: { readonly failedLogins: FailedLogins; readonly badLogins: AddressAlarm },
): Admission {
  function judge(connection: Connection, packet: ConnectPacket): Verdict {
    const fault = clientIdFault(packet);
    if (fault !== null) {
      const claimed = claimedName(packet);
      host.refused('bad-client-id', connection.address, `${fault}${claimed}`);
      return { accepted: false, returnCode: IDENTIFIER_REJECTED, delayMs: 0 };
    }
    const username = packet.username ?? '';
    const identity = host.authenticate(username, packet.password ?? null, connection.certificateName);
    if ('refused' in identity) return refuse(connection, username, identity.refused);
    connection.gateway = identity.gateway;
    connection.proof = identity.proof;
    connection.credential = host.credential?.(identity.gateway, identity.proof) ?? null;
    connection.client = packet.clientId === '' ? `auto-${randomUUID()}` : packet.clientId;
    return { accepted: true };
  }

  function refuse(
    connection: Connection,
    username: string,
    why: Extract<Identity, { refused: string }>['refused'],
  ): Verdict {
    const { address } = connection;
    const reason: RejectionReason = why === 'retired' ? 'retired' : 'bad-credentials';
    const known = why !== 'unknown' && GATEWAY_ID.test(username);
    host.refused(reason, known ? username : address, `${why} from ${address}`);
    const { delayMs, raised, forgotten } = failedLogins.failed(address, host.clock.monotonicMs());
    for (const gone of forgotten) badLogins.ends(gone);
    if (raised) badLogins.begins(address);
    return { accepted: false, returnCode: why === 'retired' ? NOT_AUTHORIZED : BAD_CREDENTIALS, delayMs };
  }

  return {
    preConnect(client, packet, callback) {
      const connection = connectionOf(client);
      if (connection === undefined) return callback(new ConnectionEnded('closed'), false);
      if (packet.protocolVersion === 5) {
        // aedes itself answers CONNACK 1, unacceptable protocol version.
        host.refused('protocol', connection.address, 'MQTT 5');
        connection.explained = true;
        return callback(null, true);
      }
      const fault = connectFault(packet);
      if (fault !== null) return callback(new Error(fault), false);
      connection.verdict = judge(connection, packet);
      packet.clientId = connection.verdict.accepted
        ? joinName(connection.gateway, connection.client)
        : joinName('', randomUUID());
      callback(null, true);
    },

    authenticate(client, _username, _password, done) {
      const connection = connectionOf(client);
      const verdict = connection?.verdict;
      if (connection === undefined || !verdict || connection.closed) return;
      if (verdict.accepted) {
        roster.enter(connection);
        return done(null, true);
      }
      const { returnCode, delayMs } = verdict;
      connection.explained = true;
      const answer = (): void => done(refusal(returnCode), false);
      if (delayMs === 0) return answer();
      const cancel = host.clock.after(delayMs, answer);
      connection.stream.once('close', cancel);
    },
  };
}

function refusal(returnCode: 2 | 4 | 5): AuthenticateError {
  return Object.assign(new ConnectionEnded(`refused with return code ${returnCode}`), { returnCode });
}

/** What MQTT 3.1.1 forbids in a CONNECT and the parser lets pass; the connection is closed without CONNACK. */
function connectFault({ will, username, password }: ConnectPacket): string | null {
  if (username === undefined && password !== undefined)
    return 'a password without a user name [MQTT-3.1.2-22]';
  if (will === undefined) return null;
  if ((will.qos ?? 0) > 2) return 'a will of QoS 3 [MQTT-3.1.2-14]';
  return isValidTopic(will.topic) ? null : 'a will on no valid topic';
}

/** A user name without a password may be a token, which is a secret: it is not shown. */
function claimedName({ username = '', password }: ConnectPacket): string {
  return GATEWAY_ID.test(username) && (password?.length ?? 0) > 0 ? ` (user name ${username})` : '';
}

function clientIdFault({ clientId, clean, protocolVersion }: ConnectPacket): string | null {
  if (clientId === '' && clean !== true) return 'no client id for a persistent session [MQTT-3.1.3-8]';
  if (protocolVersion === 3 && clientId === '') return 'no client id under MQTT 3.1';
  const longest = protocolVersion === 3 ? CLIENT_ID_LENGTH_MAX_V3 : CLIENT_ID_LENGTH_MAX;
  if (clientId.length > longest) return `a client id of ${clientId.length} characters, at most ${longest}`;
  return clientId.includes('\0') ? 'NUL in a client id [MQTT-1.5.3-2]' : null;
}
