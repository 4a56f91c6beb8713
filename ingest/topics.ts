/** Which of our topics a publish went to, seen from the gateway that proved its name. */

import { matchTopic } from '#domain/product-topic.ts';
import type { Product } from '#domain/registry.ts';

/** `accepted` topics prove that the gateway lives; their content is not judged. */
export type TopicKind =
  | 'telemetry'
  | 'thingsboard-gateway'
  | 'thingsboard-device'
  | 'accepted'
  | 'foreign-topic'
  | 'unknown-topic';

/** What follows `lifeline/v1/{gateway}/` upward. The companion topics carry no measurement. */
const UPWARD: ReadonlyMap<string, TopicKind> = new Map<string, TopicKind>([
  ['telemetry', 'telemetry'],
  ['status', 'accepted'],
  ['command/result', 'accepted'],
]);

/**
 * ThingsBoard's topics name no gateway: they belong to whoever publishes. Its devices announce children, attributes
 * and answers to calls beside their telemetry; a client that was told they are unknown would report a fault.
 */
const THINGSBOARD: readonly (readonly [RegExp, TopicKind])[] = [
  [/^v1\/gateway\/telemetry$/, 'thingsboard-gateway'],
  [/^v1\/devices\/me\/telemetry$/, 'thingsboard-device'],
  [/^v1\/gateway\/(connect|disconnect|attributes|attributes\/request|rpc|claim)$/, 'accepted'],
  [/^v1\/devices\/me\/(attributes|attributes\/request\/\w+|rpc\/(request|response)\/\w+|claim)$/, 'accepted'],
];

/** A publish that carries measurements, and of which device its topic says that they are. */
export type ProductTopic = { readonly device: string | null };

/** What `topic` is for a gateway of this product; null when it is not the product's own. */
export function productTopic(
  product: Product | undefined,
  topic: string,
  gateway: string,
): ProductTopic | 'foreign-topic' | null {
  if (product?.topic === undefined) return null;
  const match = matchTopic(product.topic, topic, gateway);
  return match === 'other-gateway' ? 'foreign-topic' : match;
}

const PREFIX = 'lifeline/v1/';
/** Names of topics are few and short; a client that invents others may not fill the memory. */
const CACHE_MAX = 20_000;
const CACHED_LENGTH_MAX = 128;
/** No gateway id is empty. */
const ANYBODY = '';
type Split = { readonly owner: string; readonly kind: TopicKind };
const splits = new Map<string, Split>();

/** Kind of `topic` when `gateway` publishes to it. */
export function topicKind(topic: string, gateway: string): TopicKind {
  let split = splits.get(topic);
  if (split === undefined) {
    split = splitTopic(topic);
    if (topic.length > CACHED_LENGTH_MAX) return kindFor(split, gateway);
    if (splits.size >= CACHE_MAX) splits.clear();
    splits.set(topic, split);
  }
  return kindFor(split, gateway);
}

const kindFor = ({ owner, kind }: Split, gateway: string): TopicKind =>
  owner === gateway || owner === ANYBODY || kind === 'unknown-topic' ? kind : 'foreign-topic';

function splitTopic(topic: string): Split {
  const known = topic.startsWith('v1/') ? THINGSBOARD.find(([form]) => form.test(topic)) : undefined;
  if (known !== undefined) return { owner: ANYBODY, kind: known[1] };
  const slash = topic.startsWith(PREFIX) ? topic.indexOf('/', PREFIX.length) : -1;
  if (slash < 0) return { owner: ANYBODY, kind: 'unknown-topic' };
  const owner = topic.slice(PREFIX.length, slash);
  return { owner, kind: UPWARD.get(topic.slice(slash + 1)) ?? 'unknown-topic' };
}
