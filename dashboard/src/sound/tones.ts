/** Generated tones: no files, and each tells its colour by rhythm as well as by pitch. */
import type { Tone } from '../store/ring.ts';

/** One beep: start and length in seconds, pitch in Hz (gliding to `glideTo`). */
type Beep = {
  readonly at: number;
  readonly for: number;
  readonly hz: number;
  readonly glideTo?: number;
  readonly shape?: OscillatorType;
};

const TONES: Readonly<Record<Tone, readonly Beep[]>> = {
  red: [0, 0.3, 0.6, 0.9, 1.2].map((at, i) => ({
    at,
    for: 0.24,
    hz: i % 2 === 0 ? 960 : 720,
    shape: 'square',
  })),
  orange: [0, 0.35, 0.7].map((at) => ({ at, for: 0.25, hz: 720, shape: 'triangle' })),
  yellow: [{ at: 0, for: 0.45, hz: 560, shape: 'triangle' }],
  late: [
    { at: 0, for: 0.3, hz: 420 },
    { at: 0.4, for: 0.3, hz: 630 },
  ],
  lost: [{ at: 0, for: 1.1, hz: 520, glideTo: 200, shape: 'sawtooth' }],
};

const LOUDNESS = 0.4;
/** Fade in and out, so that a beep does not click. */
const FADE_S = 0.01;

/** `volume` from 0 to 1. */
export function playTone(context: AudioContext, tone: Tone, volume: number): void {
  for (const beep of TONES[tone]) {
    const start = context.currentTime + beep.at;
    const end = start + beep.for;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = beep.shape ?? 'sine';
    oscillator.frequency.setValueAtTime(beep.hz, start);
    if (beep.glideTo !== undefined) oscillator.frequency.linearRampToValueAtTime(beep.glideTo, end);
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS * volume, start + FADE_S);
    gain.gain.setValueAtTime(LOUDNESS * volume, end - FADE_S);
    gain.gain.linearRampToValueAtTime(0, end);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(end);
  }
}
