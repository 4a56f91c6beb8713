/** Reading what a gateway sent, for the second model. Imports nothing of the product. */
type NaiveRecord = { device: string; time: number; seq: number; values: Record<string, number | null> };

/** The records of a publish; none when it cannot be read. */
export function recordsOf(text: string): NaiveRecord[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  const list: unknown[] = Array.isArray(body) ? body : [body];
  return list.filter(isRecord);
}

const isRecord = (value: unknown): value is NaiveRecord =>
  typeof value === 'object' &&
  value !== null &&
  'device' in value &&
  'time' in value &&
  typeof value.time === 'number' &&
  'seq' in value &&
  'values' in value;
