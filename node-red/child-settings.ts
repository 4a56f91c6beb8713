/** Node-RED as it runs here: locked down to what a flow over the city's data needs (docs/node-red.md). */
import { join } from 'node:path';
import type { EditorUser } from './messages.ts';

/** Header that carries the platform's word for who is at the editor. */
export const TOKEN_HEADER = 'x-lifeline-flows-token';

/** Core nodes that reach files, processes or the network. */
const EXCLUDED = [
  ...['90-exec.js', '10-file.js', '23-watch.js', '05-tls.js', '06-httpproxy.js', '10-mqtt.js'],
  ...['21-httpin.js', '21-httprequest.js', '22-websocket.js', '31-tcpin.js', '32-udp.js'],
];

/** Ours, and the core nodes that a flow over the city's data is made of. A child without one of them has failed. */
export const EXPECTED_TYPES: readonly string[] = [
  ...['lifeline-measurement-in', 'lifeline-alarm-in', 'lifeline-raise', 'lifeline-notify'],
  ...['inject', 'debug', 'complete', 'catch', 'status', 'link in', 'link out', 'comment', 'junction'],
  ...['function', 'switch', 'change', 'range', 'template', 'delay', 'trigger', 'rbe'],
  ...['split', 'join', 'sort', 'batch', 'csv', 'json'],
];

/** Seconds a function node may run in one go. */
const FUNCTION_TIMEOUT_S = 2;

export function lockedSettings(parts: {
  readonly credentialSecret: string;
  readonly safeMode: boolean;
  readonly storageModule: unknown;
  readonly lifeline: unknown;
  readonly user: (token: string) => Promise<EditorUser | null>;
}): Record<string, unknown> {
  const closed = { allowInstall: false, allowUpdate: false, allowUpload: false };
  return {
    credentialSecret: parts.credentialSecret,
    storageModule: parts.storageModule,
    lifeline: parts.lifeline,
    ...(parts.safeMode ? { safeMode: true } : {}),
    nodesDir: [join(import.meta.dirname, 'nodes')],
    nodesExcludes: EXCLUDED,
    httpAdminRoot: '/',
    httpNodeRoot: false,
    apiMaxLength: '1mb',
    adminAuth: {
      type: 'credentials',
      users: async () => null,
      authenticate: async () => null,
      default: async () => null,
      tokenHeader: TOKEN_HEADER,
      tokens: parts.user,
    },
    externalModules: { autoInstall: false, palette: closed, modules: { allowInstall: false } },
    functionExternalModules: false,
    functionGlobalContext: {},
    functionTimeout: FUNCTION_TIMEOUT_S,
    globalFunctionTimeout: FUNCTION_TIMEOUT_S,
    exportGlobalContextKeys: false,
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false, ui: false },
    runtimeState: { enabled: false, ui: false },
    debugMaxLength: 1_000,
    nodeMessageBufferMaxLength: 10_000,
    logging: { console: { level: 'warn', metrics: false, audit: false } },
    editorTheme: {
      tours: false,
      projects: { enabled: false },
      page: { title: '城市生命线 · 流程' },
      header: { title: '城市生命线 · 流程' },
    },
  };
}
