/** The platform with its flows running, a well with two methane points, and an administrator at the flow editor. */
import mqtt, { type MqttClient } from 'mqtt';
import { childOf } from '#test/e2e/child-processes.ts';
import { type Api, createUser, logIn, registerWell, until } from '#test/e2e/api.ts';
import {
  freshDataDirectory,
  type PlatformProcess,
  startPlatformProcess,
} from '#test/e2e/platform-process.ts';

export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
type Status = { state: string; trouble: string | null; starts: number; measurementsDropped: number };

export type FlowsCity = {
  readonly platform: () => PlatformProcess;
  readonly admin: () => Api;
  readonly duty: () => Api;
  readonly data: string;
  readonly gateway: () => MqttClient;
  /** Deploys these nodes on a new tab, as the editor does; answers with the HTTP status. */
  deploy(nodes: readonly FlowNode[]): Promise<number>;
  editor(path: string, init?: RequestInit): Promise<Response>;
  status(): Promise<Status>;
  until(state: string, afterStarts?: number): Promise<Status>;
  /** One value of `G-1/ch4` (or of another device), acknowledged. */
  send(value: number, device?: string): Promise<void>;
  press(inject: string): Promise<number>;
  /** Process id of the flows. */
  pid(): number;
  restart(): Promise<void>;
  close(): Promise<void>;
};

export async function openFlowsCity(devices: readonly string[] = ['G-1', 'G-2', 'G-3']): Promise<FlowsCity> {
  const directory = freshDataDirectory();
  const env = { LIFELINE_FLOWS: 'on' };
  let platform = await startPlatformProcess(directory.path, { env });
  let admin = await logIn(platform.http);
  const secret = await registerWell(admin, devices);
  const password = await createUser(admin, 'duty', ['duty-officer']);
  let duty = await logIn(platform.http, 'duty', password);
  const connect = (): Promise<MqttClient> =>
    mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, { username: 'GW-1', password: secret });
  let gateway = await connect();
  let seq = 0;
  let tabs = 0;
  const city: FlowsCity = {
    platform: () => platform,
    admin: () => admin,
    duty: () => duty,
    data: directory.path,
    gateway: () => gateway,
    async deploy(nodes) {
      tabs += 1;
      const tab = { id: `t${tabs}`, type: 'tab', label: '试验', disabled: false, info: '' };
      const here: FlowNode = { id: `here${tabs}`, type: 'inject', props: [], wires: [[]] };
      const response = await city.editor('/flows/flows', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
        body: JSON.stringify(
          [tab, here, ...nodes].map((node) => ({ z: tab.id, x: 100, y: 100, wires: [], ...node })),
        ),
      });
      await response.arrayBuffer();
      // A deploy is answered before its nodes have started; what they asked of the platform comes before this answer.
      if (response.ok) await city.press(here.id);
      return response.status;
    },
    editor: (path, init = {}) =>
      fetch(platform.http + path, {
        ...init,
        headers: { authorization: `Bearer ${admin.token}`, ...init.headers },
      }),
    status: () => admin.get<Status>('/api/v1/flows'),
    until: (state, afterStarts = 0) =>
      until(
        `flows are ${state}`,
        150_000,
        city.status,
        (now) => now.state === state && now.starts > afterStarts,
      ),
    async send(value, device = 'G-1') {
      seq += 1;
      const record = { device, time: Date.now(), seq, values: { ch4: value } };
      await gateway.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
    },
    async press(inject) {
      // A deploy is answered before its last node has started.
      const press = () => city.editor(`/flows/inject/${inject}`, { method: 'POST' });
      const response = await until('the button is there', 60_000, press, ({ status }) => status !== 404);
      return response.status;
    },
    pid: () => childOf(platform.pid, 'node-red/child.ts') ?? 0,
    async restart() {
      await gateway.endAsync();
      await platform.kill('SIGKILL');
      platform = await startPlatformProcess(directory.path, { env });
      admin = await logIn(platform.http);
      duty = await logIn(platform.http, 'duty', password);
      gateway = await connect();
    },
    async close() {
      await gateway.endAsync(true);
      await platform.kill('SIGTERM');
      directory.remove();
    },
  };
  return city;
}

/** Nodes of a small flow: pressing the inject node `i` runs `code` in a function node. */
export const pressed = (code: string, after: readonly FlowNode[] = []): FlowNode[] => [
  { id: 'i', type: 'inject', props: [{ p: 'payload' }], payload: '', payloadType: 'date', wires: [['f']] },
  {
    id: 'f',
    type: 'function',
    func: code,
    outputs: 1,
    libs: [],
    wires: [after.slice(0, 1).map(({ id }) => id)],
  },
  ...after,
];
