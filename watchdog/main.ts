/**
 * `npm run watchdog`: a small program of its own that rings when the platform's alarm path has gone quiet. It shares no
 * state, no file and no code with the platform; `npm start` runs one beside it, and a second on another machine watches the
 * machine too (LIFELINE_WATCHDOG_URL).
 */
import { atStart, judge } from './judgement.ts';
import { lookAt } from './look.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Means, type Message, messageOf, tell } from './tell.ts';

const LOOK_EVERY_MS = 2_000;
const TELL_AGAIN_MS = 10_000;
const EXIT_REFUSED = 2;

/** What could not be told yet, to whom, and when to try again: the newest counts. */
type Owed = { readonly message: Message; readonly to: Means; readonly at: number };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function watch({ target, means, bounds }: Settings): Promise<never> {
  if (means.webhook === null && means.command === null)
    console.error('watchdog: neither webhook nor command is set; it will only say so here');
  let state = atStart(performance.now());
  let owed: Owed | null = null;
  for (;;) {
    const look = await lookAt(target);
    const now = performance.now();
    const judged = judge(state, look, now, bounds);
    state = judged.state;
    if (judged.word !== null) {
      const message = messageOf(judged.word, now, Date.now());
      console.error(`watchdog: ${message.text.en}`);
      owed = { message, to: means, at: now };
    }
    if (owed !== null && now >= owed.at) owed = await tellNow(owed);
    await pause(LOOK_EVERY_MS);
  }
}

/** What is still owed afterwards. */
async function tellNow({ message, to }: Owed): Promise<Owed | null> {
  const { left, why } = await tell(to, message);
  for (const one of why) console.error(`watchdog: could not tell: ${one}`);
  return why.length === 0 ? null : { message, to: left, at: performance.now() + TELL_AGAIN_MS };
}

let settings: Settings;
try {
  settings = readSettings(process.env);
} catch (cause) {
  console.error(`watchdog: refused to start: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exit(EXIT_REFUSED);
}
await watch(settings);
