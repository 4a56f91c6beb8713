/** A second hand that a hidden tab does not slow down: browsers throttle a page's timers, not a worker's. */
setInterval(() => postMessage(null), 1_000);
