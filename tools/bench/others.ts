/** The floor and Node-RED as contestants. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { io } from 'socket.io-client';
import {
  cpuSecondsOf,
  end,
  freePort,
  gatewaysOf,
  rssMbOf,
  spawnUntil,
  type Contestant,
} from './contestant.ts';
import { startInflux, type Influx } from './influx.ts';
import { startMosquitto } from './mosquitto.ts';

const ROOT = join(import.meta.dirname, '../..');

/** aedes + JSON.parse + compare + socket.io, keeping nothing. */
export async function startFloor(gatewayCount: number): Promise<Contestant> {
  const { child, match } = await spawnUntil(
    [process.execPath, join(import.meta.dirname, 'floor.ts')],
    /http (\d+) mqtt (\d+)/,
  );
  return {
    ...{ name: 'bare floor, keeping nothing', port: Number(match[2]), gateways: gatewaysOf(gatewayCount) },
    cpuSeconds: () => cpuSecondsOf(child.pid),
    rssMb: () => rssMbOf(child.pid),
    async onAlarm(listener) {
      const socket = io(`http://127.0.0.1:${match[1]}`, { transports: ['websocket'] });
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      socket.on('alarm', ({ alarm }: { alarm: { value: number } }) => listener(alarm.value));
      return async () => void socket.close();
    },
    stop: () => end(child),
  };
}

/** The same limits with state per point; rows go to the store in batches of 5,000 lines. */
const JUDGE = `
const levels = context.get('levels') || new Map();
const lines = context.get('lines') || [];
const { device, time, values } = msg.payload;
const alarms = [];
for (const channel in values) {
  const value = values[channel];
  const point = device + '/' + channel;
  let level = 0;
  for (const limit of [0.5, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 25]) if (value >= limit) level += 1;
  const before = levels.get(point) || 0;
  if (level !== before) levels.set(point, level);
  if (level > before) alarms.push({ payload: JSON.stringify({ point, value }) });
  lines.push('m,point=' + point + ' value=' + value + ' ' + time);
}
let batch = null;
if (lines.length >= 5000) { batch = { payload: lines.join('\\n') }; lines.length = 0; }
context.set('levels', levels);
context.set('lines', lines);
return [batch, alarms];
`;

/** Node-RED behind mosquitto: mqtt in, json, function with state, batch to InfluxDB, alarm out. */
export async function startNodeRed(
  gatewayCount: number,
): Promise<Contestant & { readonly influx: Influx | null }> {
  const broker = await startMosquitto(gatewayCount);
  const influx = await startInflux();
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  const settings = join(directory, 'settings.cjs');
  writeFileSync(
    settings,
    `module.exports = { uiPort: ${await freePort()}, uiHost: '127.0.0.1', httpAdminRoot: false, httpNodeRoot: false, telemetry: { enabled: false }, flowFile: 'flows.json', logging: { console: { level: 'info' } } };`,
  );
  writeFileSync(join(directory, 'flows.json'), JSON.stringify(flowOf(broker.port, influx)));
  const red = join(ROOT, 'node_modules/node-red/red.js');
  const { child } = await spawnUntil(
    [process.execPath, red, '--userDir', directory, '--settings', settings],
    /Connected to broker/,
  );
  return {
    ...{ name: 'Node-RED 5.0.7 behind mosquitto', port: broker.port, gateways: broker.gateways, influx },
    cpuSeconds: () => cpuSecondsOf(child.pid) + broker.cpuSeconds(),
    rssMb: () => rssMbOf(child.pid) + broker.rssMb(),
    async onAlarm(listener) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`);
      client.on('message', (_, payload) =>
        listener((JSON.parse(payload.toString()) as { value: number }).value),
      );
      await client.subscribeAsync('alarm');
      return () => client.endAsync(true);
    },
    async stop() {
      await end(child, 'SIGKILL');
      await broker.stop();
      await influx?.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function flowOf(brokerPort: number, influx: Influx | null): unknown[] {
  // Ids that are no other word of the flow: Node-RED takes such a word for a reference.
  const z = 'n-flow';
  const batch = influx === null ? [] : ['n-write'];
  return [
    { id: z, type: 'tab', label: 'bench' },
    {
      id: 'n-broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      clientid: 'red',
      protocolVersion: '4',
      keepalive: '60',
      cleansession: true,
    },
    {
      id: 'n-in',
      z,
      type: 'mqtt in',
      topic: 'lifeline/v1/+/telemetry',
      qos: '1',
      datatype: 'utf8',
      broker: 'n-broker',
      inputs: 0,
      wires: [['n-json']],
    },
    { id: 'n-json', z, type: 'json', property: 'payload', action: 'obj', wires: [['n-judge']] },
    { id: 'n-judge', z, type: 'function', func: JUDGE, outputs: 2, wires: [batch, ['n-out']] },
    {
      id: 'n-write',
      z,
      type: 'http request',
      method: 'POST',
      ret: 'txt',
      url: influx?.writeUrl ?? '',
      wires: [[]],
    },
    {
      id: 'n-out',
      z,
      type: 'mqtt out',
      topic: 'alarm',
      qos: '0',
      retain: 'false',
      broker: 'n-broker',
      wires: [],
    },
  ];
}
