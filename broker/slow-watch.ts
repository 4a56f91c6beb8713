/** Subscribers that do not take what is sent to them, and what they missed for it: the condition `slow-client`. */

import type { Connection } from './connection.ts';

/** One connection, or the queue of an absent client by its name. */
type Slow = Connection | string;

export type SlowWatch = {
  /** Missed a message. */
  missed(gateway: string, key: Slow): void;
  /** It takes messages again, or is gone. */
  recovered(gateway: string, key: Slow): void;
  /** Asks each slow connection whether it has drained. */
  sweep(isDrained: (connection: Connection) => boolean): void;
};

/** `condition` is called for the first slow one of a gateway and when the last has recovered. */
export function createSlowWatch(
  condition: (gateway: string, active: boolean, detail: { missed: number }) => void,
): SlowWatch {
  const gateways = new Map<string, { readonly keys: Set<Slow>; missed: number }>();

  function recovered(gateway: string, key: Slow): void {
    const slow = gateways.get(gateway);
    if (slow === undefined || !slow.keys.delete(key) || slow.keys.size > 0) return;
    gateways.delete(gateway);
    condition(gateway, false, { missed: slow.missed });
  }

  return {
    missed(gateway, key) {
      const slow = gateways.get(gateway) ?? { keys: new Set(), missed: 0 };
      slow.keys.add(key);
      slow.missed += 1;
      if (gateways.has(gateway)) return;
      gateways.set(gateway, slow);
      condition(gateway, true, { missed: slow.missed });
    },
    recovered,
    sweep(isDrained) {
      for (const [gateway, { keys }] of gateways) {
        for (const key of keys) {
          if (typeof key !== 'string' && isDrained(key)) recovered(gateway, key);
        }
      }
    },
  };
}
