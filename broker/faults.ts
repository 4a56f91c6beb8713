/** What aedes reports about a connection that ends: a fault of the peer is counted, a fault of the line is not. */
import type { Aedes, Client } from 'aedes';
import type { Connection } from './connection.ts';
import { ConnectionEnded, subjectOf } from './connection.ts';
import type { BrokerHost } from './ports.ts';

/** How a connection ends without anybody sending anything wrong. */
const ORDINARY = new Set(['keep alive timeout', 'drain timeout', 'connection closed']);

/** Counts protocol faults, once a connection. */
export function countFaults(
  aedes: Aedes,
  host: BrokerHost,
  connectionOf: (client: Client) => Connection | undefined,
): void {
  function fault(client: Client, error: Error): void {
    const connection = connectionOf(client);
    if (connection === undefined || connection.explained) return;
    connection.explained = true;
    const ofTheLine = 'code' in error && typeof error.code === 'string';
    if (ofTheLine || error instanceof ConnectionEnded || ORDINARY.has(error.message)) return;
    host.refused('protocol', subjectOf(connection), error.message);
  }
  aedes.on('clientError', fault);
  aedes.on('connectionError', fault);
}
