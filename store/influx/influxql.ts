/** InfluxQL over HTTP: the one language of 1.x, 2.x (with a DBRP mapping) and 3 Core. */
import type { HttpAnswer } from './answer-policy.ts';
import { queryPath } from './profile.ts';
import type { InfluxHttp } from './transport.ts';

export type Series = {
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
};

/** The server cannot answer: absent, refusing, or a question it does not take. */
export class InfluxUnavailable extends Error {
  readonly code = 'history-unavailable';
}

/** Series of each statement, in order. Rejects with InfluxUnavailable. */
export async function queryInflux(http: InfluxHttp, bucket: string, statements: string): Promise<Series[][]> {
  const answer = await http.ask({
    method: 'POST',
    path: queryPath({ bucket }),
    body: new URLSearchParams({ q: statements }).toString(),
    contentType: 'application/x-www-form-urlencoded',
    timeoutMs: 30_000,
  });
  return seriesIn(answer);
}

/** A text in single quotes. */
export const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`).replaceAll('\n', '\\n')}'`;

/** What an answer to `/query` holds. A 200 may still carry an error, or only a part: both are no answer. */
export function seriesIn({ status, text }: HttpAnswer): Series[][] {
  if (status !== 200) throw new InfluxUnavailable(`${status ?? 'no answer'}: ${text.slice(0, 300)}`);
  const document = parsed(text);
  if (!isRecord(document)) throw new InfluxUnavailable(`no InfluxQL answer: ${text.slice(0, 100)}`);
  const error = document['error'];
  if (typeof error === 'string') throw new InfluxUnavailable(error);
  const results = Array.isArray(document['results']) ? document['results'] : [];
  return results.map((result: unknown) => seriesOf(isRecord(result) ? result : {}));
}

function seriesOf(result: Record<string, unknown>): Series[] {
  if (typeof result['error'] === 'string') throw new InfluxUnavailable(result['error']);
  if (result['partial'] === true) throw new InfluxUnavailable('the server gave only a part of the answer');
  const list: unknown[] = Array.isArray(result['series']) ? result['series'] : [];
  return list.filter(isRecord).map((series) => {
    if (series['partial'] === true) throw new InfluxUnavailable('the server gave only a part of a series');
    const { tags, columns, values } = series;
    return {
      tags: isRecord(tags) ? Object.fromEntries(Object.entries(tags).map(([k, v]) => [k, String(v)])) : {},
      columns: Array.isArray(columns) ? columns.map(String) : [],
      values: Array.isArray(values) ? values.filter((row) => Array.isArray(row)) : [],
    };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
