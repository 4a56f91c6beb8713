/** Asks a process that yields to everything else for one answer. However it ends, who asked is told: nothing waits for ever. */
import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';

export type Asked<T> = { readonly answer: Promise<T>; stop(): void };

/** The word of a process that could not do what it was asked. */
export type Failed = { readonly kind: 'failed'; readonly detail: string };

/**
 * Starts `module` and sends it `request` with this process's pid as `starter`. Each message goes to `heard`; what that
 * gives, unless it is undefined, is the answer. Rejects when the process fails, says so, or ends without an answer.
 */
export function askProcess<Message extends { readonly kind: string }, T>(
  module: URL,
  request: object,
  heard: (message: Exclude<Message, Failed>) => T | undefined,
): Asked<T> {
  const child = forkLow(module);
  const answer = new Promise<T>((resolve, reject) => {
    child.on('message', (message: Message | Failed) => {
      if (isFailed(message)) return reject(new Error(message.detail));
      const found = heard(message as Exclude<Message, Failed>);
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code}`)));
    child.send({ ...request, starter: process.pid }, (cause) => {
      if (cause !== null) reject(cause);
    });
  });
  return { answer, stop: () => void child.kill('SIGKILL') };
}

/** A process of ours at the lowest priority; it speaks over its channel alone. */
export function forkLow(module: URL): ChildProcess {
  const child = fork(module, {
    ...{ stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [], serialization: 'advanced' },
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return child;
}

const isFailed = (message: { readonly kind: string }): message is Failed => message.kind === 'failed';
