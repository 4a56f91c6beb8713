/** The city's broker on a free port, with a host that remembers what it was told and a clock moved by hand. */
import { startBroker } from '#broker/broker.ts';
import type { Policy } from '#broker/policy.ts';
import type { Broker, BrokerHost, BrokerOptions } from '#broker/ports.ts';
import type { Clock } from '#domain/clock.ts';
import type { PresenceInput, PublishInput } from '#domain/input.ts';

export type Held = { readonly input: PublishInput; readonly done: (error?: Error) => void };
export type Refusal = { readonly reason: string; readonly subject: string; readonly detail: string };
export type Condition = {
  readonly name: string;
  readonly subject: string;
  readonly active: boolean;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
};

export type ManualClock = Clock & { advance(ms: number): void };

export type CityBroker = {
  readonly broker: Broker;
  readonly published: Held[];
  readonly presences: PresenceInput[];
  readonly refusals: Refusal[];
  readonly conditions: Condition[];
  readonly clock: ManualClock;
  /** Resolves as soon as the host has been told something that makes it true. */
  until(holds: () => boolean): Promise<void>;
  /** Another secret for this gateway, or with null its retirement. */
  changeCredential(gateway: string, credential: string | null): void;
  /** Whether publishes are done at once (the default) or wait in `published`. */
  hold(on: boolean): void;
  texts(): string[];
};

/** Gateways the host knows; each one's secret is `secret-` and its id. */
const GATEWAYS = new Set(['GW-1', 'GW-2', 'GW-3']);

export const OPTIONS: BrokerOptions = {
  host: '127.0.0.1',
  port: 0,
  packetMaxBytes: 256 * 1024,
  heldPerClientMax: 1000,
  heldBytesMax: 64 * 1024 * 1024,
  connectionsMax: 100,
  connectionsPerAddressMax: 50,
  connectTimeoutMs: 2000,
  slowSubscriberBytes: 64 * 1024,
  drainTimeoutMs: 10_000,
};

/** CONNECT fields that prove a gateway. */
export const as = (gateway: string, clientId = 'box') => ({
  username: gateway,
  password: Buffer.from(`secret-${gateway}`),
  clientId,
});

export async function startCity(change: Partial<BrokerOptions> = {}, policy?: Policy): Promise<CityBroker> {
  const published: Held[] = [];
  const presences: PresenceInput[] = [];
  const refusals: Refusal[] = [];
  const conditions: Condition[] = [];
  const clock = createManualClock();
  const credentials = new Map<string, string | null>();
  const watchers = new Set<() => void>();
  const told = (): void => watchers.forEach((watch) => watch());
  let holding = false;

  const host: BrokerHost = {
    authenticate: identify,
    credential: (gateway) => credentials.get(gateway) ?? (credentials.has(gateway) ? null : 'first'),
    publish(input, done) {
      published.push({ input, done });
      if (!holding) done();
      told();
    },
    presence: (input) => void (presences.push(input), told()),
    refused: (reason, subject, detail) => void (refusals.push({ reason, subject, detail }), told()),
    condition: (name, subject, active, detail) =>
      void (conditions.push({ name, subject, active, detail }), told()),
    clock,
  };

  const broker = await startBroker({ ...OPTIONS, ...change }, host, policy);
  return {
    broker,
    published,
    presences,
    refusals,
    conditions,
    clock,
    until: (holds) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (!holds()) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    changeCredential: (gateway, credential) => void credentials.set(gateway, credential),
    hold(on) {
      holding = on;
    },
    texts: () => published.map(({ input }) => Buffer.from(input.payload).toString()),
  };
}

function identify(username: string, password: Uint8Array | null, certificateName: string | null) {
  if (certificateName !== null && GATEWAYS.has(certificateName))
    return { gateway: certificateName, proof: 'certificate' } as const;
  if (username === 'GW-OLD') return { refused: 'retired' } as const;
  if (username === 'token-of-GW-3' && password === null) return { gateway: 'GW-3', proof: 'token' } as const;
  if (!GATEWAYS.has(username)) return { refused: 'unknown' } as const;
  const secret = password === null ? '' : Buffer.from(password).toString();
  return secret === `secret-${username}`
    ? ({ gateway: username, proof: 'secret' } as const)
    : ({ refused: 'wrong-secret' } as const);
}

/** Stands still until it is advanced; what falls due runs in order of its due time. */
export function createManualClock(): ManualClock {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    wallMs: () => 1_763_800_000_000 + now,
    monotonicMs: () => now,
    bootId: () => 'test',
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        now = next.at;
        next.run();
      }
      now = until;
    },
  };
}
