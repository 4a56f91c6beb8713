/** Where one console stands in the city's events: opaque to it, and worth nothing to anybody with other rights. */

export type Cursor = {
  readonly site: string;
  /** Last event of the city that it has been told of, or was not entitled to. */
  readonly sequence: number;
  /** Last event that it was entitled to: `previous` of its next one. */
  readonly entitled: number;
  /** Names the rights, scope and points that its picture was made for. */
  readonly view: string;
};

export const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([1, cursor.site, cursor.sequence, cursor.entitled, cursor.view])).toString(
    'base64url',
  );

/** Null for anything this server did not write. */
export function readCursor(text: unknown): Cursor | null {
  if (typeof text !== 'string' || text.length > 1_024) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== 5 || read[0] !== 1) return null;
    const [, site, sequence, entitled, view]: unknown[] = read;
    const whole = Number.isSafeInteger(sequence) && Number.isSafeInteger(entitled);
    if (typeof site !== 'string' || typeof view !== 'string' || !whole) return null;
    return { site, sequence: Number(sequence), entitled: Number(entitled), view };
  } catch {
    return null;
  }
}
