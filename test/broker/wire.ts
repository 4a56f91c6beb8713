/** A client that speaks raw frames: nothing between the test and the bytes but mqtt-packet. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import { generate, parser } from 'mqtt-packet';

type Waiting = { readonly wanted: (packet: Packet) => boolean; readonly resolve: (packet: Packet) => void };

/** CONNECT as most gateways send it. */
export const connectPacket = (change: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'box',
  keepalive: 0,
  ...change,
});

/** PUBLISH of a text; QoS 1 when a packet id is given. */
export const publishPacket = (
  topic: string,
  payload: string | Buffer,
  change: Partial<IPublishPacket> = {},
): IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  qos: change.messageId === undefined ? 0 : 1,
  dup: false,
  retain: false,
  ...change,
});

export class RawClient {
  readonly socket: Socket;
  /** Everything received and not yet taken by `next`. */
  readonly received: Packet[] = [];
  /** Resolves when the connection has closed, whoever closed it. */
  readonly closed: Promise<void>;
  #waiting: Waiting[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    const frames = parser({ protocolVersion: 4 });
    socket.on('data', (chunk: Buffer) => frames.parse(chunk));
    socket.on('error', () => {});
    frames.on('packet', (packet: Packet) => this.#take(packet));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static open(port: number, localAddress = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    const client = new RawClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(client));
      socket.once('error', reject);
    });
  }

  /** Opens, sends CONNECT, waits for CONNACK 0. */
  static async join(
    port: number,
    change: Partial<IConnectPacket> = {},
    localAddress?: string,
  ): Promise<RawClient> {
    const client = await RawClient.open(port, localAddress);
    client.send(connectPacket(change));
    const connack = await client.next('connack');
    if (connack.cmd === 'connack' && connack.returnCode !== 0)
      throw new Error(`CONNACK ${connack.returnCode}`);
    return client;
  }

  send(...packets: Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => generate(packet))));
  }

  /** The next packet of a kind; those before it stay in `received`. Rejects when the connection closes first. */
  next(cmd: Packet['cmd']): Promise<Packet> {
    return this.nextWhere((packet) => packet.cmd === cmd, cmd);
  }

  async nextPublish(): Promise<IPublishPacket> {
    const packet = await this.next('publish');
    if (packet.cmd !== 'publish') throw new Error('not a publish');
    return packet;
  }

  nextWhere(wanted: (packet: Packet) => boolean, what: string): Promise<Packet> {
    const at = this.received.findIndex(wanted);
    const [packet] = at < 0 ? [] : this.received.splice(at, 1);
    if (packet !== undefined) return Promise.resolve(packet);
    const waited = new Promise<Packet>((resolve) => this.#waiting.push({ wanted, resolve }));
    const gone = this.closed.then(() => Promise.reject(new Error(`closed while waiting for ${what}`)));
    return Promise.race([waited, gone]);
  }

  /** Goes to the broker and back: what it had to say before, it has said. */
  async roundTrip(): Promise<void> {
    this.send({ cmd: 'pingreq' });
    await this.next('pingresp');
  }

  async subscribe(...filters: (string | [string, 0 | 1 | 2])[]): Promise<number[]> {
    const subscriptions = filters.map((filter) =>
      typeof filter === 'string'
        ? ({ topic: filter, qos: 1 } as const)
        : { topic: filter[0], qos: filter[1] },
    );
    this.send({ cmd: 'subscribe', messageId: 60_000, subscriptions });
    const suback = await this.next('suback');
    if (suback.cmd !== 'suback') throw new Error('not a suback');
    return suback.granted.map(Number);
  }

  /** Cuts the line without DISCONNECT. */
  async cut(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  async leave(): Promise<void> {
    this.send({ cmd: 'disconnect' });
    await this.closed;
  }

  kinds(): string[] {
    return this.received.map((packet) => packet.cmd);
  }

  #take(packet: Packet): void {
    const at = this.#waiting.findIndex(({ wanted }) => wanted(packet));
    const [first] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (first === undefined) this.received.push(packet);
    else first.resolve(packet);
  }
}
