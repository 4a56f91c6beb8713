/** Who is connected. Presence is the number of open connections with a proved identity; wills prove nothing. */
import type { Connection } from './connection.ts';
import type { BrokerHost } from './ports.ts';
import type { TwinWatch } from './twin-watch.ts';

export type Roster = {
  /** A log-in succeeded. Counted before an older connection of the same client id is closed, so a takeover never looks like an absence. */
  enter(connection: Connection): void;
  leave(connection: Connection): void;
  has(gateway: string, client: string): boolean;
  of(gateway: string): readonly Connection[];
  all(): Iterable<Connection>;
  size(): number;
  addresses(gateway: string): ReadonlySet<string>;
};

/** Nobody is connected yet. */
export function createRoster(host: BrokerHost, twins: TwinWatch): Roster {
  const gateways = new Map<string, Set<Connection>>();
  let size = 0;

  const of = (gateway: string): Connection[] => [...(gateways.get(gateway) ?? [])];

  function tell(connection: Connection, connected: boolean, connections: number): void {
    const { gateway, client, address } = connection;
    host.presence({ kind: 'presence', gateway, client, connected, connections, address });
  }

  return {
    enter(connection) {
      const { gateway, client, address } = connection;
      const others = of(gateway).filter((other) => other.client !== client);
      const takeover = of(gateway).length > others.length;
      const open = (gateways.get(gateway) ?? new Set()).add(connection);
      gateways.set(gateway, open);
      size += 1;
      tell(connection, true, open.size);
      const addresses = others.map((other) => other.address);
      twins.opened(gateway, address, addresses, takeover, host.clock.monotonicMs());
    },
    leave(connection) {
      const open = gateways.get(connection.gateway);
      if (open === undefined || !open.delete(connection)) return;
      if (open.size === 0) gateways.delete(connection.gateway);
      size -= 1;
      tell(connection, false, open.size);
    },
    has: (gateway, client) => of(gateway).some((connection) => connection.client === client),
    of,
    all: () => [...gateways.values()].flatMap((open) => [...open]),
    size: () => size,
    addresses: (gateway) => new Set(of(gateway).map((connection) => connection.address)),
  };
}
