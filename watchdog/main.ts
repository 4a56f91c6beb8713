/**
 * `npm run watchdog`: a small program of its own that rings when the platform's alarm path has gone quiet. It shares no
 * state, no file and no code with the platform; `npm start` runs one beside it, and a second on another machine watches the
 * machine too (LIFELINE_WATCHDOG_URL).
 */
import { atStart, judge, type Word } from './judgement.ts';
import { lookAt } from './look.ts';
import { readSettings, type Settings } from './settings.ts';
import { messageOf, tell } from './tell.ts';

const LOOK_EVERY_MS = 2_000;
const TELL_AGAIN_MS = 10_000;
const EXIT_REFUSED = 2;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function watch({ target, means, bounds }: Settings): Promise<never> {
  if (means.webhook === null && means.command === null)
    console.error('watchdog: neither webhook nor command is set; it will only say so here');
  let state = atStart(performance.now());
  /** What could not be told yet: the newest counts. */
  let owed: { word: Word; at: number } | null = null;
  for (;;) {
    const look = await lookAt(target);
    const now = performance.now();
    const judged = judge(state, look, now, bounds);
    state = judged.state;
    if (judged.word !== null) owed = { word: judged.word, at: now };
    if (owed !== null && now >= owed.at) owed = await tellNow(owed.word, means);
    await pause(LOOK_EVERY_MS);
  }
}

/** What is still owed afterwards, with when to try again. */
async function tellNow(word: Word, means: Settings['means']): Promise<{ word: Word; at: number } | null> {
  const message = messageOf(word, performance.now(), Date.now());
  console.error(`watchdog: ${message.text.en}`);
  const failed = await tell(means, message);
  for (const why of failed) console.error(`watchdog: could not tell: ${why}`);
  return failed.length === 0 ? null : { word, at: performance.now() + TELL_AGAIN_MS };
}

let settings: Settings;
try {
  settings = readSettings(process.env);
} catch (cause) {
  console.error(`watchdog: refused to start: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exit(EXIT_REFUSED);
}
await watch(settings);
