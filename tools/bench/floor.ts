/**
 * The bare floor, as a program: aedes, JSON.parse, ten comparisons a value, socket.io. It keeps nothing and acknowledges
 * at once. Started by `floorContestant`.
 */
import { createServer } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { Server } from 'socket.io';

const LIMITS = [0.5, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 25];

const http = createServer();
const io = new Server(http, { perMessageDeflate: false });
const levels = new Map<string, number>();
const aedes = await Aedes.createBroker();
const net = createNetServer(aedes.handle);

function judge(point: string, value: number): void {
  let level = 0;
  for (const limit of LIMITS) if (value >= limit) level += 1;
  const before = levels.get(point) ?? 0;
  if (level === before) return;
  levels.set(point, level);
  if (level > before) io.emit('alarm', { alarm: { point, value } });
}

aedes.on('publish', (packet, client) => {
  if (client === null) return;
  const { device, values } = JSON.parse(packet.payload.toString()) as {
    device: string;
    values: Record<string, number>;
  };
  for (const [channel, value] of Object.entries(values)) judge(`${device}/${channel}`, value);
});

http.listen(0, '127.0.0.1', () => {
  net.listen(0, '127.0.0.1', () => {
    const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
    console.log(`http ${portOf(http)} mqtt ${portOf(net)}`);
  });
});
