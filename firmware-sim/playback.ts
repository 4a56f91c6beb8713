/** Sends a recording through one gateway's connection and sees every publish acknowledged. */
import mqtt, { type MqttClient } from 'mqtt';

/** Whose connection is used. */
export type PlaybackOptions = {
  readonly url: string;
  readonly gateway: string;
  readonly secret: string;
  /** Publishes under way at once. */
  readonly window?: number;
};

const WINDOW = 20;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Publishes in order; resolves with how many once all are acknowledged. Rejects when the platform cannot be reached,
 * refuses the secret, or hangs up, and says how many it had acknowledged by then.
 */
export function playBack(messages: Iterable<string>, options: PlaybackOptions): Promise<number> {
  const { gateway, secret, url, window = WINDOW } = options;
  const queue = messages[Symbol.iterator]();
  const client = mqtt.connect(url, {
    username: gateway,
    password: secret,
    clientId: `${gateway}-player`,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  let acknowledged = 0;
  let underWay = 0;
  let exhausted = false;

  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      client.end(true);
      reject(new Error(`${why}; ${acknowledged} publishes were acknowledged`));
    };
    const send = (): void => {
      while (!exhausted && underWay < window) {
        const next = queue.next();
        if (next.done === true) exhausted = true;
        else {
          underWay += 1;
          publish(client, gateway, next.value, () => {
            underWay -= 1;
            acknowledged += 1;
            send();
          });
        }
      }
      if (exhausted && underWay === 0) {
        client.removeAllListeners('close');
        client.end(false, {}, () => resolve(acknowledged));
      }
    };
    client.on('connect', send);
    client.on('error', (error) => fail(error.message === '' ? String(error) : error.message));
    client.on('close', () => fail('the platform closed the connection'));
  });
}

function publish(client: MqttClient, gateway: string, message: string, done: () => void): void {
  client.publish(`lifeline/v1/${gateway}/telemetry`, message, { qos: 1 }, (error) => {
    if (error === null || error === undefined) done();
  });
}
