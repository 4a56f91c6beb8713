/** One identity in two places: a copied secret, or two boxes configured alike. Both then lose data in turns. */
import type { EngineTime } from '#domain/time.ts';

export type TwinEvidence = { readonly addresses: string; readonly takeovers: number };

export type TwinWatch = {
  /** A connection opened; `others` are the addresses of the gateway's further connections that stay open. */
  opened(
    gateway: string,
    address: string,
    others: readonly string[],
    takeover: boolean,
    now: EngineTime,
  ): void;
  /** `addressesOf` tells where a gateway is connected from now; ends what has been quiet. */
  sweep(addressesOf: (gateway: string) => ReadonlySet<string>, now: EngineTime): void;
};

type Watched = {
  takeovers: { readonly at: EngineTime; readonly address: string }[];
  seenAt: EngineTime;
  active: boolean;
};

const WINDOW_MS = 60_000;
/** A reconnecting gateway takes over its own half-open connection now and then; more than this is two of them. */
const TAKEOVERS_MAX = 3;

/** `condition` is called when twins are first seen and when there was a quiet minute. */
export function createTwinWatch(
  condition: (gateway: string, active: boolean, evidence: TwinEvidence) => void,
): TwinWatch {
  const gateways = new Map<string, Watched>();

  function raise(gateway: string, watched: Watched, addresses: readonly string[], now: EngineTime): void {
    watched.seenAt = now;
    if (watched.active) return;
    watched.active = true;
    condition(gateway, true, evidence(watched, addresses));
  }

  return {
    opened(gateway, address, others, takeover, now) {
      const twins = others.some((other) => other !== address);
      if (!takeover && !twins) return;
      const watched = gateways.get(gateway) ?? { takeovers: [], seenAt: now, active: false };
      gateways.set(gateway, watched);
      if (takeover) watched.takeovers.push({ at: now, address });
      watched.takeovers = watched.takeovers.filter(({ at }) => now - at < WINDOW_MS);
      if (twins || watched.takeovers.length > TAKEOVERS_MAX)
        raise(gateway, watched, [...others, address], now);
    },
    sweep(addressesOf, now) {
      for (const [gateway, watched] of gateways) {
        const addresses = addressesOf(gateway);
        if (watched.active && addresses.size > 1) watched.seenAt = now;
        watched.takeovers = watched.takeovers.filter(({ at }) => now - at < WINDOW_MS);
        if (now - watched.seenAt < WINDOW_MS || watched.takeovers.length > 0) continue;
        gateways.delete(gateway);
        if (watched.active) condition(gateway, false, evidence(watched, [...addresses]));
      }
    },
  };
}

function evidence(watched: Watched, addresses: readonly string[]): TwinEvidence {
  const all = new Set([...addresses, ...watched.takeovers.map(({ address }) => address)]);
  return { addresses: [...all].sort().slice(0, 8).join(', '), takeovers: watched.takeovers.length };
}
