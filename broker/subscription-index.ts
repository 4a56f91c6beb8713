/** Who gets a QoS > 0 message while away. Filters below one root are found by it, so 20,000 gateways cost no scan. */
import { matchesFilter } from './topic-filter.ts';

export type StoredSubscription = { readonly name: string; readonly filter: string; readonly qos: 0 | 1 | 2 };

export type SubscriptionIndex = {
  add(subscription: StoredSubscription): void;
  remove(name: string, filter: string): void;
  /** One entry a session, with the highest QoS among its matching filters. */
  match(topic: string): Map<string, 1 | 2>;
};

/** Depth of `lifeline/v1/{gateway}`, the common root of everything a gateway may subscribe to. */
const ROOT_LEVELS = 3;
const NO_ROOT = '';

/** An empty index. */
export function createSubscriptionIndex(): SubscriptionIndex {
  const roots = new Map<string, Map<string, StoredSubscription>>();
  const key = (name: string, filter: string): string => `${name}\0${filter}`;

  return {
    add(subscription) {
      const root = rootOf(subscription.filter);
      const below = roots.get(root) ?? new Map<string, StoredSubscription>();
      roots.set(root, below.set(key(subscription.name, subscription.filter), subscription));
    },
    remove(name, filter) {
      const root = rootOf(filter);
      const below = roots.get(root);
      if (below?.delete(key(name, filter)) && below.size === 0) roots.delete(root);
    },
    match(topic) {
      const found = new Map<string, 1 | 2>();
      for (const root of new Set([rootOf(topic), NO_ROOT])) {
        for (const { name, filter, qos } of roots.get(root)?.values() ?? []) {
          if (qos === 0 || qos <= (found.get(name) ?? 0) || !matchesFilter(filter, topic)) continue;
          found.set(name, qos);
        }
      }
      return found;
    },
  };
}

function rootOf(filter: string): string {
  const levels = filter.split('/', ROOT_LEVELS);
  const plain = levels.length === ROOT_LEVELS && !levels.some((level) => level === '+' || level === '#');
  return plain ? levels.join('/') : NO_ROOT;
}
