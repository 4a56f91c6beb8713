/**
 * The console's voice. A browser keeps a fresh AudioContext suspended until the person acts, so `state` is shown for as long
 * as it is not `on`. Only one tab of a workstation sounds: the one that holds the lock (without HTTPS there is no lock, and
 * every tab sounds: twice is better than never).
 */
import { shallowRef, type ShallowRef } from 'vue';
import type { Tone } from '../store/ring.ts';
import { playTone } from './tones.ts';

/** `locked` = the browser waits for a click; `elsewhere` = another tab sounds; `none` = this browser cannot. */
export type SoundState = 'locked' | 'on' | 'elsewhere' | 'none';

export type Annunciator = {
  readonly state: ShallowRef<SoundState>;
  /** Call from within a click or key press. */
  unlock(): void;
  play(tone: Tone): void;
  /** Sounds in this tab, whichever tab holds the lock. */
  test(tone: Tone): void;
  close(): void;
};

const LOCK = 'lifeline-sound';
/** After the button is let go: the click has been handled by then, also on a touch screen and a double click's second. */
const SETTLE_MS = 400;

/** `volume` from 0 to 1, asked at each tone. */
export function createAnnunciator(volume: () => number): Annunciator {
  const context = typeof AudioContext === 'undefined' ? null : new AudioContext();
  const state = shallowRef<SoundState>('locked');
  let chosen = !('locks' in navigator);
  const release = new AbortController();
  let letGo: () => void = () => undefined;
  // Between press and click nothing may move under the pointer: what is shown of the sound waits until then.
  let pressed = false;
  let settling: ReturnType<typeof setTimeout> | undefined;

  if (!chosen) {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    navigator.locks
      .request(LOCK, { signal: release.signal }, () => {
        chosen = true;
        update();
        return held;
      })
      .catch((cause: unknown) => {
        // Aborted by close(): this page is leaving. Anything else: no lock here, so sound rather than stay silent.
        if (release.signal.aborted) return;
        console.warn('no sound lock', cause);
        chosen = true;
        update();
      });
  }
  context?.addEventListener('statechange', update);
  addEventListener('pointerdown', press);
  addEventListener('pointerup', settle);
  addEventListener('pointercancel', settle);
  addEventListener('keydown', unlock);
  update();

  return {
    state,
    unlock,
    play(tone) {
      if (context !== null && chosen && context.state === 'running') playTone(context, tone, volume());
    },
    test(tone) {
      if (context !== null) void context.resume().then(() => playTone(context, tone, volume()));
    },
    close() {
      removeEventListener('pointerdown', press);
      removeEventListener('pointerup', settle);
      removeEventListener('pointercancel', settle);
      removeEventListener('keydown', unlock);
      clearTimeout(settling);
      context?.removeEventListener('statechange', update);
      release.abort();
      letGo();
      void context?.close();
    },
  };

  function unlock(): void {
    if (context?.state === 'suspended') void context.resume().then(update);
  }
  function press(): void {
    pressed = true;
    clearTimeout(settling);
    unlock();
  }
  /** A touch counts as the person's act only when it ends, so the browser is asked again. */
  function settle(): void {
    unlock();
    clearTimeout(settling);
    settling = setTimeout(() => {
      pressed = false;
      update();
    }, SETTLE_MS);
  }
  function update(): void {
    if (pressed) return;
    if (context === null) state.value = 'none';
    else if (context.state !== 'running') state.value = 'locked';
    else state.value = chosen ? 'on' : 'elsewhere';
  }
}
