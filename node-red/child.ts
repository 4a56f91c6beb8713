/**
 * The flows' process: Node-RED behind one loopback port that answers nobody without the platform's word. Started by
 * supervisor.ts under Node's permission model; everything it knows comes over the pipe, nothing from the environment.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { openChildLink } from './child-link.ts';
import { createLifeline } from './child-lifeline.ts';
import { EXPECTED_TYPES, lockedSettings, TOKEN_HEADER } from './child-settings.ts';
import { createFlowStorage } from './child-storage.ts';
import type { EditorUser, ToFlows } from './messages.ts';
import { sealNetwork } from './sealed.ts';

const startedAt = performance.now();
const require = createRequire(import.meta.url);
const link = openChildLink();

link.on((message) => {
  if (message.kind === 'start') start(message).catch(fail);
  else if (message.kind === 'ping') link.say({ kind: 'pong', number: message.number });
});

/** The ticket of the request that is being served: a deploy shows it to the platform (tickets.ts). */
const serving = new AsyncLocalStorage<string>();

async function start(order: Extract<ToFlows, { kind: 'start' }>): Promise<void> {
  const RED = require('node-red');
  // The one Node-RED itself is built on.
  const express = createRequire(require.resolve('node-red'))('express');
  const storage = createFlowStorage(order.credentialSecret, (flows) =>
    link.save(serving.getStore() ?? '', flows),
  );
  storage.put(order.flows);
  const lifeline = createLifeline(link);
  const app = express();
  // Node-RED hangs its socket on this one; only connections that were let through are passed on to it.
  const inner = createServer();
  const settings = lockedSettings({
    credentialSecret: order.credentialSecret,
    safeMode: order.safeMode,
    storageModule: storage.module,
    lifeline,
    user: link.user,
  });
  RED.init(inner, settings);
  app.use('/', RED.httpAdmin);

  const server = createServer((request, response) => {
    admit(request).then((user) => {
      if (user === null) response.writeHead(401).end();
      else serving.run(tokenOf(request), () => app(request, response));
    }, fail);
  });
  server.on('upgrade', (request, socket, head) => {
    admit(request).then((user) => {
      if (user === null) socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      else inner.emit('upgrade', request, socket, head);
    }, fail);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Before the first flow runs.
  sealNetwork();
  await RED.start();
  const missing = EXPECTED_TYPES.filter((type) => !RED.nodes.getType(type));
  link.on((message) => {
    if (message.kind !== 'load') return;
    storage.put(message.flows);
    RED.runtime.flows.setFlows({ deploymentType: 'reload', flows: {} }).catch(fail);
  });
  const { port } = server.address() as AddressInfo;
  link.say({ kind: 'ready', port, missing, startMs: Math.round(performance.now() - startedAt) });
}

/** Who the platform says is asking; null for anybody it has not sent. */
async function admit(request: IncomingMessage): Promise<EditorUser | null> {
  const token = tokenOf(request);
  return token === '' ? null : link.user(token);
}

const tokenOf = ({ headers }: IncomingMessage): string => String(headers[TOKEN_HEADER] ?? '');

function fail(cause: unknown): void {
  const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  link.say({ kind: 'failed', detail: detail.slice(0, 2_000) });
}
