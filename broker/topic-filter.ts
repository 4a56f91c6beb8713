/** Topic filters of MQTT 3.1.1 §4.7. */

/** Filter and topic are well formed: no NUL, wildcards alone on their level, `#` last [MQTT-4.7.1-2, 4.7.1-3]. */
export function isValidFilter(filter: string): boolean {
  if (filter === '' || filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every((level, index) => {
    if (level.includes('#')) return level === '#' && index === levels.length - 1;
    return !level.includes('+') || level === '+';
  });
}

/** A name one may publish to: not empty, no wildcard, no NUL [MQTT-3.3.2-2, 4.7.3-1, 4.7.3-2]. */
export function isValidTopic(topic: string): boolean {
  return topic !== '' && !/[+#\0]/.test(topic);
}

/** Whether `topic` matches `filter`; a leading wildcard never matches a topic that begins with `$` [MQTT-4.7.2-1]. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (let index = 0; index < wanted.length; index += 1) {
    const want = wanted[index];
    if (want === '#') return true;
    if (index >= levels.length || (want !== '+' && want !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
