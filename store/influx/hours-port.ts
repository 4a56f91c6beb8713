/** The embedded store's hours across two worker threads: the store answers, the forwarder asks; one port between them. */
import type { MessagePort } from 'node:worker_threads';
import type { Measurement } from '#domain/measurement.ts';
import type { HourSource } from '../embedded/hour-source.ts';
import { StoreError } from '../store-error.ts';
import type { StoredHours } from './placement.ts';

type Question =
  | { readonly ask: 'hours' }
  | { readonly ask: 'points'; readonly hour: number }
  | {
      readonly ask: 'rows';
      readonly hour: number;
      readonly points: readonly number[];
      readonly rowsMax: number;
    }
  | {
      readonly ask: 'counts';
      readonly hour: number;
      readonly to: number;
      readonly points: readonly number[];
    };
type Answer = number[] | { readonly points: number; readonly rows: readonly Measurement[] };
type Reply =
  | { readonly id: number; readonly value: Answer }
  | { readonly id: number; readonly failed: string };

/** In the store's thread. */
export function serveHours(port: MessagePort, source: HourSource): void {
  port.on('message', ({ id, question }: { id: number; question: Question }) => {
    port.postMessage(replyTo(id, question, source));
  });
}

function replyTo(id: number, question: Question, source: HourSource): Reply {
  try {
    return { id, value: answerTo(question, source) };
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : String(error) };
  }
}

function answerTo(question: Question, source: HourSource): Answer {
  switch (question.ask) {
    case 'hours':
      return source.hours();
    case 'points':
      return source.points(question.hour);
    case 'rows':
      return source.rows(question.hour, question.points, question.rowsMax);
    case 'counts':
      return source.counts(question.hour, question.to, question.points);
  }
}

/** In the forwarder's thread. Rejects with StoreError `request-failed`. */
export function askHours(port: MessagePort): StoredHours {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  port.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    // Each question is answered with what it asks for.
    if ('value' in reply) asked?.resolve(reply.value as never);
    else asked?.reject(new StoreError('request-failed', reply.failed));
  });
  const ask = <T extends Answer>(question: Question): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      port.postMessage({ id: last, question });
    });
  return {
    hours: () => ask({ ask: 'hours' }),
    points: (hour) => ask({ ask: 'points', hour }),
    rows: (hour, points, rowsMax) => ask({ ask: 'rows', hour, points, rowsMax }),
    counts: (hour, to, points) => ask({ ask: 'counts', hour, to, points }),
  };
}
