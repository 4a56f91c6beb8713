/** The process of a shadow as its supervisor sees it; tests put another in its place. */
import { forkLow } from './backtest-process.ts';
import type { FromShadow, ToShadow } from './shadow-child.ts';

export type ShadowProcess = {
  /** The record log is durable through here. */
  durable(through: number): void;
  /** At once; `ended` is not called any more. */
  stop(): void;
};

export type Heard = {
  judged(message: Exclude<FromShadow, { kind: 'failed' }>): void;
  /** It is gone, once; why. */
  ended(detail: string): void;
};

export type StartShadow = (of: { directory: string; folder: string }, heard: Heard) => ShadowProcess;

const CHILD = new URL('shadow-child.ts', import.meta.url);

export const startShadowProcess: StartShadow = ({ directory, folder }, heard) => {
  const child = forkLow(CHILD);
  let isOver = false;
  const end = (detail: string): void => {
    if (isOver) return;
    isOver = true;
    child.kill('SIGKILL');
    heard.ended(detail);
  };
  const send = (message: ToShadow): void => {
    if (isOver || !child.connected) return;
    child.send(message, (cause) => {
      if (cause !== null) end(cause.message);
    });
  };
  child.on('message', (message: FromShadow) => {
    if (isOver) return;
    if (message.kind === 'failed') end(message.detail);
    else heard.judged(message);
  });
  child.on('error', (cause) => end(cause.message));
  child.on('exit', (code, signal) => end(`ended with ${signal ?? code}`));
  send({ kind: 'begin', directory, folder, starter: process.pid });
  return {
    durable: (through) => send({ kind: 'durable', through }),
    stop() {
      isOver = true;
      child.kill('SIGKILL');
    },
  };
};
