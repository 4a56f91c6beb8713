/** The flows' process' end of the pipe: asks with numbered questions, listens, and paces nothing: the platform does. */
import { Socket } from 'node:net';
import type { Answer } from '#domain/event.ts';
import { createFrameReader, encodeFrame, FRAME } from './frames.ts';
import type { Asked, EditorUser, FlowsText, FromFlows, ToFlows } from './messages.ts';

/** Ours is the pipe the platform opened beside the three standard ones. */
const PIPE = 3;
/** Questions that wait for their answer; more means the platform does not answer, and they fail at once. */
const WAITING_MAX = 2_000;

export type ChildLink = {
  say(message: FromFlows): void;
  on(listener: (message: ToFlows) => void): void;
  user(token: string): Promise<EditorUser | null>;
  raise(subject: string, asked: Asked): Promise<Answer>;
  notice(asked: Asked): Promise<Answer>;
  /** Rejects with the reason when the platform does not keep it. */
  save(ticket: string, flows: FlowsText): Promise<void>;
};

export function openChildLink(): ChildLink {
  const pipe = new Socket({ fd: PIPE, readable: true, writable: true });
  const waiting = new Map<number, (message: ToFlows) => void>();
  const listeners: ((message: ToFlows) => void)[] = [];
  let number = 0;
  const read = createFrameReader({ [FRAME.message]: Infinity, [FRAME.save]: 0 }, (_kind, body) => {
    const message: ToFlows = JSON.parse(body);
    if ('id' in message) {
      const answer = waiting.get(message.id);
      waiting.delete(message.id);
      answer?.(message);
    } else for (const listener of listeners) listener(message);
  });
  pipe.on('data', read);
  // Without the platform there is nothing to do here.
  pipe.on('close', () => process.exit(0));
  pipe.on('error', () => process.exit(0));

  const say = (message: FromFlows): void =>
    void pipe.write(encodeFrame(FRAME.message, JSON.stringify(message)));
  const ask = (send: (id: number) => void): Promise<ToFlows> =>
    new Promise((resolve, reject) => {
      if (waiting.size >= WAITING_MAX) return reject(new Error('the platform does not answer'));
      number += 1;
      waiting.set(number, resolve);
      send(number);
    });

  return {
    say,
    on: (listener) => void listeners.push(listener),
    async user(token) {
      const message = await ask((id) => say({ kind: 'who', id, token }));
      return message.kind === 'user' ? message.user : null;
    },
    raise: async (subject, asked) => answerIn(await ask((id) => say({ kind: 'raise', id, subject, asked }))),
    notice: async (asked) => answerIn(await ask((id) => say({ kind: 'notice', id, asked }))),
    async save(ticket, flows) {
      const message = await ask((id) =>
        pipe.write(encodeFrame(FRAME.save, `${JSON.stringify({ id, ticket })}\n${flows}`)),
      );
      if (message.kind !== 'saved' || message.refusal !== null)
        throw new Error(message.kind === 'saved' ? (message.refusal ?? '') : 'no answer');
    },
  };
}

const answerIn = (message: ToFlows): Answer =>
  message.kind === 'answer' ? message.answer : { ok: false, code: 'internal', detail: message.kind };
