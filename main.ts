/** `npm start`: reads the settings, starts the platform, says where it is, and stops it cleanly. Decides nothing. */
import { flushCompileCache } from 'node:module';
import { ConfigError, readConfig } from './config.ts';
import { exposureWarning } from './platform/exposure.ts';
import type { Platform } from './platform/platform.ts';
import { openStores } from './platform/stores.ts';

/** Refused settings or data directory: starting again cannot help. */
const EXIT_REFUSED = 2;

function say(line: string): void {
  console.log(line);
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const warning = exposureWarning(config);
  if (warning !== null) console.warn(warning);
  // Their threads read from the disk while this one loads the rest of the platform.
  const stores = openStores(config);
  stores.catch(() => {});
  const { startPlatform } = await import('./platform/platform.ts');
  const platform = await startPlatform(config, { stores });
  if (platform.adminPassword !== null)
    say(`first start: log in as admin / ${platform.adminPassword} (shown once)`);
  const scheme = config.tls === null ? 'http' : 'https';
  say(`console  ${scheme}://${config.bind}:${platform.httpPort}`);
  say(`MQTT     mqtt://${config.bind}:${platform.mqttPort}`);
  const { tlsPort, websocketPort, secureWebsocketPort } = platform.broker;
  if (tlsPort !== null) say(`MQTTS    mqtts://${config.bind}:${tlsPort}`);
  if (websocketPort !== null) say(`MQTT/WS  ws://${config.bind}:${websocketPort}/mqtt`);
  if (secureWebsocketPort !== null) say(`MQTT/WSS wss://${config.bind}:${secureWebsocketPort}/mqtt`);
  stopOnSignal(platform);
  // Written at a clean end only, otherwise: who is killed each time would compile each time.
  flushCompileCache();
}

function stopOnSignal(platform: Platform): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    platform.close().then(
      () => process.exit(0),
      (cause: unknown) => {
        console.error('the platform did not stop cleanly; the next start replays its journal', cause);
        process.exit(1);
      },
    );
  };
  // A terminal and the starter may both send it: the second must not kill us half-way.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** The disk may be well again in a moment: the starter tries once more. */
const PASSING = new Set(['EIO', 'ENOSPC', 'EROFS', 'EMFILE', 'ENFILE']);

main().catch((cause: unknown) => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  if (cause instanceof ConfigError) console.error(`refused to start: ${cause.message}`);
  else if (code !== null)
    console.error(`refused to start: ${cause instanceof Error ? cause.message : ''} [${code}]`);
  else console.error(cause);
  process.exit(code === null || PASSING.has(code) ? 1 : EXIT_REFUSED);
});
