/** The platform as `main.ts` starts it, with snapshots so often (ms, first argument) that deaths fall into them too. */
import { readConfig } from '#config';
import { startPlatform } from '../../platform/platform.ts';

const config = readConfig(process.env);
const snapshotEveryMs = Number(process.argv[2]);
const platform = await startPlatform({ ...config, bounds: { ...config.bounds, snapshotEveryMs } });
console.log(`console  http://${config.bind}:${platform.httpPort}`);
console.log(`MQTT     mqtt://${config.bind}:${platform.mqttPort}`);
process.once('SIGTERM', () => void platform.close().then(() => process.exit(0)));
