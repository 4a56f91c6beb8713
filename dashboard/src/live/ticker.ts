/** Calls `tick` every second, also while the tab is hidden; returns a function that stops it. */
export function startTicker(tick: () => void): () => void {
  try {
    const worker = new Worker(new URL('./ticker-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', tick);
    return () => worker.terminate();
  } catch (cause) {
    console.warn('no worker for the clock', cause);
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }
}
