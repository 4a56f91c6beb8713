/** The forwarder's thread: nothing it waits for holds a sync, and nobody else touches the files in `influx/`. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { isWorldError } from '../store-error.ts';
import { realDisk } from '../real-disk.ts';
import { errorMessageOf } from '../worker-link.ts';
import { Forwarder } from './forwarder.ts';
import { askHours } from './hours-port.ts';
import type {
  FromInflux,
  InfluxAnswer,
  InfluxRequest,
  InfluxWorkerData,
  ToInflux,
} from './influx-messages.ts';
import { INFLUX_PACE, type InfluxStatus } from './influx-status.ts';
import { authorizationOf } from './profile.ts';
import { openInfluxHttp } from './transport.ts';

const STATUS_MS = 500;
/** A full disk, a store that does not answer: looked at again. */
const TROUBLE_MS = 2_000;

if (parentPort !== null) run(parentPort, workerData);

function run(
  port: MessagePort,
  { directory, target, durable, names: given, stored }: InfluxWorkerData,
): void {
  const say = (message: FromInflux): void => port.postMessage(message);
  const names = [...given];
  const http = openInfluxHttp(target.url, authorizationOf(target));
  const hours = askHours(stored);
  let forwarder: Forwarder;
  try {
    const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
    const parts = { disk: realDisk(), directory, target, http, stored: hours, clock };
    forwarder = new Forwarder(
      { ...parts, names: () => names, chance: Math.random, pace: INFLUX_PACE },
      durable,
    );
  } catch (error) {
    say({ kind: 'refused', error: errorMessageOf(error) });
    return;
  }
  const loop = startLoop(forwarder, say);
  say({ kind: 'opened', status: forwarder.status() });
  port.on('message', (message: ToInflux) => {
    switch (message.kind) {
      case 'durable':
        forwarder.durable(message.through);
        return loop.wake();
      case 'names':
        names.splice(message.from, names.length, ...message.ids);
        return loop.wake();
      case 'request':
        return void answer(forwarder, names, message.id, message.request).then(say);
      case 'close':
        http.close();
        return void loop.stop().then(() => {
          stored.close();
          port.close();
        });
    }
  });
}

/** Steps one after another; sleeps as long as each says, or until it is woken. */
function startLoop(forwarder: Forwarder, say: (message: FromInflux) => void) {
  let wake: (() => void) | null = null;
  let stopping = false;
  let trouble: string | null = null;
  let told = '';

  const tell = (): void => {
    const status: InfluxStatus = forwarder.status();
    const now = trouble === null ? status : { ...status, state: 'waiting' as const, reason: trouble };
    if (JSON.stringify(now) === told) return;
    told = JSON.stringify(now);
    say({ kind: 'status', status: now });
  };
  const ticking = setInterval(tell, STATUS_MS);

  const step = async (): Promise<number> => {
    try {
      const waitMs = await forwarder.step();
      trouble = null;
      return waitMs;
    } catch (error) {
      if (!isWorldError(error) && !(error instanceof Error && 'code' in error)) throw error;
      trouble = error.message;
      return TROUBLE_MS;
    }
  };
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!stopping) {
      const waitMs = await step();
      // A turn for messages in any case.
      if (!stopping)
        await (waitMs > 0 ? sleep(waitMs) : new Promise<void>((resolve) => setImmediate(resolve)));
      wake = null;
    }
  })();
  return {
    wake: () => wake?.(),
    async stop() {
      stopping = true;
      wake?.();
      await running;
      clearInterval(ticking);
      forwarder.close();
    },
  };
}

async function answer(
  forwarder: Forwarder,
  names: readonly string[],
  id: number,
  request: InfluxRequest,
): Promise<FromInflux> {
  try {
    return { kind: 'answer', id, value: await valueOf(forwarder, names, request) };
  } catch (error) {
    return { kind: 'failed', id, error: errorMessageOf(error) };
  }
}

async function valueOf(
  forwarder: Forwarder,
  names: readonly string[],
  request: InfluxRequest,
): Promise<InfluxAnswer> {
  const { reader, dead } = forwarder;
  switch (request.ask) {
    case 'raw': {
      const point = names[request.pointIndex];
      return point === undefined ? [] : reader.raw(point, request.from, request.to, request.limit);
    }
    case 'buckets': {
      const point = names[request.pointIndex];
      return point === undefined ? [] : reader.buckets(point, request.from, request.to, request.count);
    }
    case 'dead-letters':
      return dead.list();
    case 'retry':
      return forwarder.retry(request.id);
    case 'discard': {
      const letter = dead.get(request.id) ?? null;
      dead.discard(request.id);
      return letter;
    }
  }
}
