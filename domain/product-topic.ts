/**
 * Topics of a product: segments as they are, `{gateway}` for the gateway's own id, `{device}` for the device the message
 * is about, `+` for anything. Who publishes is proved by the log-in alone; the topic only says what is meant.
 */
const SEGMENTS_MAX = 16;
const TOPIC_LENGTH_MAX = 200;
/** Topics with a meaning of their own. */
const TAKEN = /^(lifeline(\/|$)|v1\/(gateway|devices)(\/|$)|\$)/;

/** Why it is no topic of a product; null when it is one. */
export function topicFault(topic: string): string | null {
  if (topic === '' || topic.length > TOPIC_LENGTH_MAX) return 'must have 1 to 200 characters';
  if (TAKEN.test(topic)) return 'lifeline/, v1/gateway/, v1/devices/ and $ have a meaning of their own';
  const segments = topic.split('/');
  if (segments.length > SEGMENTS_MAX) return `must have at most ${SEGMENTS_MAX} levels`;
  for (const segment of segments) {
    const known = segment === '+' || segment === '{gateway}' || segment === '{device}';
    if (!known && /[+#{}]/.test(segment)) return `level "${segment}": only {gateway}, {device} or + may vary`;
  }
  return segments.filter((segment) => segment === '{device}').length > 1 ? '{device} stands twice' : null;
}

export type TopicMatch =
  /** `device` when the topic names it. */
  { readonly device: string | null } | 'other-gateway' | null;

/** What `topic` says under `pattern` when `gateway` publishes to it; null when it is another topic. */
export function matchTopic(pattern: string, topic: string, gateway: string): TopicMatch {
  const wanted = pattern.split('/');
  const given = topic.split('/');
  if (wanted.length !== given.length) return null;
  let device: string | null = null;
  let foreign = false;
  for (const [place, segment] of wanted.entries()) {
    const name = given[place] ?? '';
    if (segment === '{gateway}') foreign ||= name !== gateway;
    else if (segment === '{device}') device = name;
    else if (segment !== '+' && segment !== name) return null;
  }
  return foreign ? 'other-gateway' : { device };
}
