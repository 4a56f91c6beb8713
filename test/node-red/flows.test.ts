/** Flows in the running platform: who may open them, what they can do, and what they cannot. */
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUser, logIn, openAlarms, until } from '#test/e2e/api.ts';
import { type FlowsCity, openFlowsCity, pressed } from './flows-city.ts';

let city: FlowsCity;
beforeAll(async () => {
  city = await openFlowsCity();
  await city.until('up');
}, 240_000);
afterAll(() => city?.close());

const raised = async () => (await openAlarms(city.duty())).filter(({ rule }) => rule === 'raised-by-flow');
const end = async (id: string): Promise<void> => {
  for (const action of ['acknowledge', 'reset']) {
    const { revision } = await city.duty().get<{ revision: number }>(`/api/v1/alarms/${id}`);
    const { status, body } = await city.duty().post(`/api/v1/alarms/${id}/${action}`, { revision });
    expect(status, JSON.stringify(body)).toBe(200);
  }
};

describe('the editor', () => {
  it('is up without a warning', () => {
    expect(city.platform().output()).not.toMatch(/\[warn\]|\[error\]/);
  });

  it('is for administrators: nobody else without a session, an engineer may look, an officer may not', async () => {
    const { http } = city.platform();
    for (const path of ['/flows', '/flows/', '/flows/flows', '/flows/red/red.min.js', '/flows/settings'])
      expect((await fetch(http + path)).status, path).toBe(401);
    const engineer = await logIn(http, 'eng', await createUser(city.admin(), 'eng', ['engineer']));
    const as = (token: string, path: string, method = 'GET') =>
      fetch(http + path, { method, headers: { authorization: `Bearer ${token}` } });
    expect((await as(engineer.token, '/flows/flows')).status).toBe(200);
    expect((await as(engineer.token, '/flows/flows', 'POST')).status).toBe(403);
    expect((await as(engineer.token, '/flows/inject/i', 'POST')).status).toBe(403);
    expect((await as(city.duty().token, '/flows/')).status).toBe(403);
  });

  it('answers the administrator, under a policy of its own that the console does not get', async () => {
    const page = await city.editor('/flows/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("'unsafe-eval'");
    expect(await page.text()).toContain('城市生命线 · 流程');
    const console = await fetch(city.platform().http);
    expect(console.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  it('answers nobody on its own port, whatever they ask', async () => {
    const { upstream } = await portOfFlows();
    for (const path of ['/', '/flows', '/settings', '/red/red.min.js', '/auth/login'])
      expect((await fetch(upstream + path)).status, path).toBe(401);
    const forged = await fetch(upstream + '/flows', {
      headers: { 'x-lifeline-flows-token': 'a'.repeat(32), authorization: 'Bearer x' },
    });
    expect(forged.status).toBe(401);
    expect(await opens(upstream.replace('http', 'ws') + '/comms', {})).toBe(401);
  });

  it('has its socket through the platform, with our session and from our pages only', async () => {
    const socket = `${city.platform().http.replace('http', 'ws')}/flows/comms`;
    const authorization = `Bearer ${city.admin().token}`;
    expect(await opens(socket, {})).toBe(401);
    expect(await opens(socket, { authorization, origin: 'http://elsewhere.example' })).toBe(403);
    expect(await opens(socket, { authorization })).toBe('open');
  });

  it('offers no node that reaches files, processes or the network, and installs none', async () => {
    const response = await city.editor('/flows/nodes', { headers: { accept: 'application/json' } });
    const sets = (await response.json()) as { types: string[] }[];
    const types = sets.flatMap((set) => set.types);
    expect(types).toEqual(expect.arrayContaining(['lifeline-raise', 'function', 'inject']));
    expect(types.filter((type) => /^(exec|file|watch|tcp|udp|http|websocket|mqtt|tls)/.test(type))).toEqual(
      [],
    );
    const install = await city.editor('/flows/nodes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"module":"node-red-node-random"}',
    });
    expect(install.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a flow', () => {
  it('turns measurements into an alarm that only an officer ends', async () => {
    expect(
      await city.deploy([
        { id: 'm', type: 'lifeline-measurement-in', quantity: 'ch4', goodOnly: true, wires: [['r']] },
        {
          id: 'r',
          type: 'lifeline-raise',
          name: '提请',
          subject: '甲烷',
          colour: 'blue',
          text: '流程看到甲烷',
        },
      ]),
    ).toBe(204);
    await city.send(0.1);
    const [alarm] = await until('the alarm', 60_000, raised, (list) => list.length === 1);
    expect(alarm).toMatchObject({
      ...{ facility: 'V-1', area: '371702', lifeline: 'gas', colour: 'blue', state: 'unacknowledged' },
      explanation: { params: { flowName: '试验', nodeName: '提请', text: '流程看到甲烷', subject: '甲烷' } },
    });
    for (let n = 0; n < 30; n += 1) await city.send(0.1);
    await city.deploy([]);
    expect(await raised()).toEqual([alarm]);
    await end(alarm?.id ?? '');
    expect(await raised()).toEqual([]);
  });

  it('hears alarms, and has people told', async () => {
    await city.deploy([
      { id: 'a', type: 'lifeline-alarm-in', colour: 'orange', raisedOnly: true, wires: [['n']] },
      {
        id: 'n',
        type: 'lifeline-notify',
        name: '通知',
        colour: 'orange',
        text: '有橙色报警',
        wires: [['r']],
      },
      { id: 'r', type: 'lifeline-raise', subject: '通知已记', facility: 'V-1', text: '通知已发出' },
    ]);
    await city.send(3, 'G-2');
    const [alarm] = await until('the notice went its way', 60_000, raised, (list) => list.length === 1);
    await end(alarm?.id ?? '');
  });

  it('that asks too much is refused beyond its rate, counted, and told', async () => {
    await city.deploy(
      pressed(`for (let n = 0; n < 60; n++) node.send({ subject: 's' + n, text: 'flood' }); return null;`, [
        { id: 'r', type: 'lifeline-raise', facility: 'V-1' },
      ]),
    );
    expect(await city.press('i')).toBe(200);
    const alarms = () => openAlarms(city.admin());
    const open = await until('the flood is told', 60_000, alarms, (list) =>
      list.some(({ rule }) => rule === 'flow-flood'),
    );
    expect(open.find(({ rule }) => rule === 'flow-flood')?.explanation.params).toMatchObject({
      flowName: '试验',
    });
    const mine = await raised();
    expect(mine.length).toBeGreaterThanOrEqual(15);
    expect(mine.length).toBeLessThanOrEqual(22);
    const metrics = await (await fetch(`${city.platform().http}/metrics`)).text();
    expect(metrics).toMatch(/lifeline_flows_refused [34]\d/);
    for (const { id } of mine) await end(id);
  });
});

describe('a function node that breaks out of its sandbox', () => {
  /** Runs `code` with the process's own `process`, and answers with what it sent on as `msg.text`. */
  async function escaped(code: string): Promise<string> {
    const func = `const process = msg.constructor.constructor('return process')();
      const attempt = async () => { ${code} };
      return attempt().then((found) => 'GOT ' + found, (e) => 'DENIED ' + (e.code || '') + ' ' + e.message)
        .then((text) => { node.send({ text: String(text).slice(0, 450), subject: 'escape' }); });`;
    expect(await city.deploy(pressed(func, [{ id: 'r', type: 'lifeline-raise', facility: 'V-1' }]))).toBe(
      204,
    );
    expect(await city.press('i')).toBe(200);
    const [alarm] = await until('an answer', 60_000, raised, (list) => list.length === 1);
    await end(alarm?.id ?? '');
    return String(alarm?.explanation.params['text']);
  }
  const builtin = (name: string): string => `process.getBuiltinModule('${name}')`;

  it('reads none of the platform: key, ledger, journal, passwords, its environment', async () => {
    for (const path of [
      ...['server-key', 'ledger.db', 'site-id', 'journal', ''].map((name) => join(city.data, name)),
      ...['/etc/passwd', '/proc/self/environ', `/proc/${city.platform().pid}/environ`, '/root', 'main.ts'],
    ]) {
      const text = await escaped(
        `const fs = ${builtin('fs')}; const p = ${JSON.stringify(path)};
         return fs.statSync(p).isDirectory() ? fs.readdirSync(p).join() : fs.readFileSync(p, 'utf8');`,
      );
      expect(text, path).toMatch(/^DENIED ERR_ACCESS_DENIED|^DENIED ENOENT/);
    }
    const environment = await escaped('return JSON.stringify([process.env, process.argv]);');
    expect(environment).toMatch(/^GOT /);
    expect(environment).not.toMatch(/LIFELINE|PASSWORD|TOKEN|SECRET/i);
  }, 180_000);

  it.each([
    ['starts no process', `return ${builtin('child_process')}.execSync('id').toString();`],
    ['starts no thread', `return new (${builtin('worker_threads')}.Worker)('1', { eval: true }).threadId;`],
    ['writes no file', `${builtin('fs')}.writeFileSync('/tmp/lifeline-escape', 'x'); return 'written';`],
    ['does not get below the modules', `return Object.keys(process.binding('fs'));`],
    ['loads no addon', `return process.dlopen({ exports: {} }, '/tmp/x.node');`],
    [
      'opens no connection',
      `await new Promise((ok, no) => ${builtin('net')}.connect(80, '127.0.0.1').on('connect', ok).on('error', no));
       return 'connected';`,
    ],
    ['asks no server', `return (await fetch('http://127.0.0.1:1/')).status;`],
    ['resolves no name', `return JSON.stringify(await ${builtin('dns')}.promises.lookup('localhost'));`],
    ['listens nowhere', `return ${builtin('http')}.createServer().listen(0).listening;`],
  ])('%s', async (_what, code) => {
    expect(await escaped(code)).toMatch(/^DENIED/);
  });

  it('cannot keep flows in an administrator’s name', async () => {
    const before = await city.admin().get<{ items: unknown[] }>('/api/v1/flow-versions');
    await escaped(`
      const body = JSON.stringify({ id: 1, ticket: 'x'.repeat(32) }) + '\\n' + '{"flows":[]}';
      const frame = Buffer.alloc(5 + Buffer.byteLength(body));
      frame.writeUInt32BE(Buffer.byteLength(body), 0); frame.writeUInt8(2, 4); frame.write(body, 5);
      ${builtin('fs')}.writeSync(3, frame); return 'sent';`);
    const after = await city.admin().get<{ items: unknown[] }>('/api/v1/flow-versions');
    // One deploy of this test, none of the forged frame.
    expect(after.items.length - before.items.length).toBe(1);
  });
});

describe('versions', () => {
  it('of every deploy are kept with who and when, and any can be brought back, by the administrator only', async () => {
    await city.deploy([{ id: 'c', type: 'comment', name: 'first' }]);
    await city.deploy([{ id: 'c', type: 'comment', name: 'second' }]);
    const { items } = await city
      .admin()
      .get<{ items: { number: number; username: string }[] }>('/api/v1/flow-versions');
    expect(items[0]).toMatchObject({ username: 'admin', restoredFrom: null });
    expect(items.at(-1)).toMatchObject({ number: 1, username: 'city-lifeline' });
    const first = (items[0]?.number ?? 0) - 1;
    expect((await city.duty().post(`/api/v1/flow-versions/${first}/restore`, {})).status).toBe(403);
    const restored = await city
      .admin()
      .post<{ number: number }>(`/api/v1/flow-versions/${first}/restore`, {});
    expect(restored).toMatchObject({ status: 200, body: { number: first + 2 } });
    const running = async () => (await city.editor('/flows/flows')).text();
    await until('the first runs again', 60_000, running, (text) => text.includes('first'));
  });

  it('the newest is what runs after the platform was killed', async () => {
    await city.deploy([{ id: 'c', type: 'comment', name: 'newest' }]);
    await city.restart();
    await city.until('up');
    expect(await (await city.editor('/flows/flows')).text()).toContain('newest');
    const { items } = await city.admin().get<{ items: unknown[] }>('/api/v1/flow-versions?limit=1');
    expect(items).toHaveLength(1);
  }, 200_000);
});

async function portOfFlows(): Promise<{ upstream: string }> {
  const { readFileSync } = await import('node:fs');
  const listening = readFileSync('/proc/net/tcp', 'utf8').matchAll(
    /0100007F:([0-9A-F]{4}) 00000000:0000 0A .*? (\d+) /g,
  );
  const inodes = socketsOf(city.pid());
  for (const [, port] of listening) {
    const line = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .find((one) => one.includes(`0100007F:${port} 00000000:0000 0A`));
    const inode = line?.trim().split(/\s+/)[9] ?? '';
    if (inodes.has(inode)) return { upstream: `http://127.0.0.1:${Number.parseInt(port ?? '', 16)}` };
  }
  throw new Error('the flows listen nowhere');
}

function socketsOf(pid: number): Set<string> {
  const { readdirSync, readlinkSync } = process.getBuiltinModule('node:fs');
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]/.exec(link)?.[1] ?? []));
}

/** 'open', or the status it was refused with. */
function opens(url: string, headers: Record<string, string>): Promise<'open' | number> {
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
}
