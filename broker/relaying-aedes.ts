/** aedes 1.2.0 with two changes that no option offers. */
import { Aedes } from 'aedes';
import type { AedesOptions, Client, PublishPacket } from 'aedes';
import { gatewayOfName } from './client-name.ts';
import type { Policy } from './policy.ts';
import { isSystemTopic } from './policy.ts';

declare module 'aedes' {
  interface Aedes {
    connectedClients: number;
    readonly clients: Record<string, Client | undefined>;
    unregisterClient(client: Client): void;
    publish(packet: PublishPacket, client: Client | null, done: (error?: Error) => void): void;
  }
}

type Done = (error?: Error) => void;

export class RelayingAedes extends Aedes {
  readonly #policy: Policy;
  readonly #dropped: WeakSet<object>;

  /** `dropped` holds packets that go nowhere: they were over the rate. */
  constructor(options: AedesOptions, policy: Policy, dropped: WeakSet<object>) {
    super(options);
    this.#dropped = dropped;
    this.#policy = policy;
  }

  /**
   * What a client publishes reaches subscribers only where the policy relays it: telemetry and foreign topics
   * end in the journal. Messages of the server (no client) always go out.
   */
  override publish(packet: PublishPacket, client: Client | null | Done, done?: Done): void {
    if (typeof client === 'function') return super.publish(packet, client);
    if (client !== null && (this.#dropped.has(packet) || !this.#relays(client, packet.topic)))
      return done?.();
    super.publish(packet, client, done ?? (() => {}));
  }

  /**
   * A closing connection unregisters its client a turn later. When the same client id has come back meanwhile,
   * aedes would strike the new one off: it could then be neither taken over nor closed.
   */
  override unregisterClient(client: Client): void {
    if (this.clients[client.id] === client) return super.unregisterClient(client);
    this.connectedClients -= 1;
    this.emit('clientDisconnect', client);
  }

  #relays(client: Client, topic: string): boolean {
    return !isSystemTopic(topic) && this.#policy.relays(gatewayOfName(client.id), topic);
  }
}
