/**
 * Starts a command of the product: checks Node, builds the console when its sources are newer, then runs the given
 * script and starts it again when it ends unasked. Plain JavaScript, so that an old Node can still say what to install.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
/** Refused settings, port or data directory: starting again cannot help. */
const EXIT_REFUSED = 2;
/** Restarts in a row; a stretch this long without one begins a new row. */
const RESTARTS_MAX = 10;
const QUIET_MS = 60_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Node keeps what it made of the sources: a second of every start on a small machine. Our processes inherit it.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'compiled');

/** Newest change below `path`, as a time stamp. */
function newestIn(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((name) => name !== 'dist' && name !== 'node_modules')
    .reduce((newest, name) => Math.max(newest, newestIn(join(path, name))), 0);
}

/**
 * Builds dashboard/dist when a source of it is newer; ends the process when the build fails. As it is shipped, whoever asks:
 * a test runner's NODE_ENV would make a larger page with checks that nobody ships.
 */
export function buildConsole() {
  const built = join(root, 'dashboard', 'dist', 'index.html');
  const sources = ['dashboard', 'domain'].map((folder) => newestIn(join(root, folder)));
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources)) return;
  console.log('building the console …');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', 'dashboard', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** Ends the process with what to install when this Node is too old to run TypeScript and node:sqlite. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return;
  console.error(
    `City Lifeline needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.versions.node}.\n` +
      'On Linux x64 "npm ci" brings it along: start through "npm start" or "npm run demo", not with "node" itself.\n' +
      `Elsewhere install Node ${NODE_MAJOR_MIN} from your system's packages and run the command again.`,
  );
  process.exit(1);
}

/** The platform's watchdog lives beside it, and outlives its crashes; it ends with the starter. */
function keepWatchdog() {
  let ended = false;
  let child = null;
  const begin = () => {
    child = spawn(process.execPath, [join(root, 'watchdog', 'main.ts')], { cwd: root, stdio: 'inherit' });
    child.once('exit', (code) => {
      if (!ended && code !== EXIT_REFUSED) setTimeout(begin, 5_000).unref();
    });
    child.unref();
  };
  begin();
  process.once('exit', () => {
    ended = true;
    child.kill();
  });
}

/** Starts the script, and again whenever it ends without having been told to: a silent city is the worst failure. */
function run(script, args, restarts) {
  const startedAt = Date.now();
  let told = false;
  const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  const forward = (signal) => {
    told = true;
    child.kill(signal);
  };
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  child.once('exit', (code, signal) => {
    process.removeListener('SIGINT', forward);
    process.removeListener('SIGTERM', forward);
    const inARow = Date.now() - startedAt > QUIET_MS ? 0 : restarts;
    if (told || code === 0 || code === EXIT_REFUSED || inARow >= RESTARTS_MAX) {
      process.exitCode = code ?? (told ? 0 : 1);
      return;
    }
    console.error(`the platform ended unasked (${signal ?? code}) and starts again from its journal`);
    setTimeout(() => run(script, args, inARow + 1), Math.min(10_000, 500 * 2 ** inARow));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  requireNode();
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) throw new Error('which script?');
  buildConsole();
  if (script === 'main.ts') keepWatchdog();
  run(script, args, 0);
}
