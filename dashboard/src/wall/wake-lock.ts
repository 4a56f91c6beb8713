/** Keeps the screen lit while the page is looked at, where the browser lets pages do so (it needs HTTPS). Returns its end. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let ended = false;
  const take = async (): Promise<void> => {
    if (ended || document.hidden || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch (cause) {
      // Low battery or no permission: the screen's own settings then keep it lit.
      console.info('the screen may go dark', cause);
    }
  };
  // The browser drops it whenever the page is hidden.
  const onVisible = () => void take();
  document.addEventListener('visibilitychange', onVisible);
  void take();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release();
  };
}
