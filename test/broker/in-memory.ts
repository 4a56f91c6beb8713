/** The broker without sockets: streams in memory, so that thousands take seconds and turns of the loop are exact. */
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { cityPolicy } from '#broker/policy.ts';
import type { BrokerHost, BrokerOptions } from '#broker/ports.ts';
import { createSwitchboard } from '#broker/switchboard.ts';
import { createManualClock, OPTIONS } from './city-broker.ts';

export async function startInMemory(
  host: Partial<BrokerHost> = {},
  policy = cityPolicy,
  options: Partial<BrokerOptions> = {},
) {
  const switchboard = createSwitchboard(
    { ...OPTIONS, ...options },
    {
      authenticate: () => ({ gateway: 'GW-1', proof: 'secret' }),
      publish: (_input, done) => done(),
      presence: () => {},
      refused: () => {},
      condition: () => {},
      clock: createManualClock(),
      ...host,
    },
    policy,
  );
  await switchboard.aedes.listen();

  /** The peer's end of a new stream, and the broker's. */
  const open = (): { readonly peer: Duplex; readonly stream: Duplex } => {
    const [peer, stream] = duplexPair();
    peer.on('error', () => {});
    switchboard.accept(stream, { address: 'memory', certificateName: null });
    return { peer, stream };
  };

  /** Sends the pieces over a stream of their own; answers all that came back, once both ends are closed. */
  const send = async (...pieces: Buffer[]): Promise<Buffer> => {
    const { peer, stream } = open();
    const answers: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => answers.push(chunk));
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    for (const piece of pieces) peer.write(piece);
    peer.end();
    await closed;
    return Buffer.concat(answers);
  };

  const close = (): Promise<void> => new Promise((resolve) => switchboard.aedes.close(() => resolve()));
  return { open, send, close, switchboard };
}
