/**
 * How often the map is told what changed: once a second, or every two when drawing is so slow that it would delay the
 * list (95th percentile of the frame time above 100 ms).
 */
const USUAL_MS = 1_000;
const SLOW_MS = 2_000;
const SLOW_FRAME_MS = 100;
const FRAMES = 60;

export type MapPace = {
  /** A frame was drawn so long after the one before. */
  frame(ms: number): void;
  everyMs(): number;
};

export function createMapPace(): MapPace {
  const frames: number[] = [];
  return {
    frame(ms) {
      // A hidden tab draws nothing: that is no slow frame.
      if (ms > 5_000) return;
      frames.push(ms);
      if (frames.length > FRAMES) frames.shift();
    },
    everyMs() {
      if (frames.length < 20) return USUAL_MS;
      const sorted = [...frames].sort((a, b) => a - b);
      return (sorted[Math.floor(sorted.length * 0.95)] ?? 0) > SLOW_FRAME_MS ? SLOW_MS : USUAL_MS;
    },
  };
}
