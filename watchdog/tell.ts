/** The watchdog's own means of telling: a web address of somebody else's, a program on this machine, and the log. */
import { spawn } from 'node:child_process';
import type { Word } from './judgement.ts';

export type Means = { readonly webhook: URL | null; readonly command: string | null };

const TELL_MS = 10_000;

/** What it says, in both languages; `at` and `since` are epoch ms. */
export type Message = {
  readonly kind: 'alarm-path-down' | 'alarm-path-up';
  readonly at: number;
  readonly since: number;
  readonly again: boolean;
  readonly detail: string;
  readonly text: { readonly zh: string; readonly en: string };
};

/** `wall` - `now` turns the watchdog's own clock into the time of day. */
export function messageOf(word: Word, now: number, wall: number): Message {
  const since = wall - (now - word.since);
  const seconds = Math.round((wall - since) / 1_000);
  if (word.kind === 'up')
    return {
      ...{ kind: 'alarm-path-up', at: wall, since, again: false, detail: '' },
      text: {
        zh: `城市生命线：报警通路已恢复，中断 ${seconds} 秒`,
        en: `City Lifeline: the alarm path works again after ${seconds} s`,
      },
    };
  return {
    ...{ kind: 'alarm-path-down', at: wall, since, again: word.again, detail: word.detail },
    text: {
      zh: `城市生命线：报警通路中断 ${seconds} 秒，期间报警无法送达，请立即处理（${word.detail}）`,
      en: `City Lifeline: the alarm path has been down for ${seconds} s; no alarm reaches anybody (${word.detail})`,
    },
  };
}

export type Told = {
  /** The means that failed: only these are to be tried again, so that a broken one makes the other ring no second time. */
  readonly left: Means;
  readonly why: readonly string[];
};

/** Tries every means; one that fails does not keep the other from trying. */
export async function tell({ webhook, command }: Means, message: Message): Promise<Told> {
  const [posted, ran] = await Promise.allSettled([
    webhook === null ? null : post(webhook, message),
    command === null ? null : run(command, message),
  ]);
  return {
    left: {
      webhook: posted.status === 'rejected' ? webhook : null,
      command: ran.status === 'rejected' ? command : null,
    },
    why: [posted, ran].flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : [])),
  };
}

async function post(url: URL, message: Message): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(TELL_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`webhook answered ${answer.status}`);
}

/** The program gets the kind and the texts as arguments: no shell reads them. */
function run(command: string, { kind, text }: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [kind, text.zh, text.en], { stdio: 'ignore', timeout: TELL_MS });
    child.once('error', (cause) => reject(new Error(`command: ${cause.message}`)));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`command ended with ${signal ?? code}`));
    });
  });
}
