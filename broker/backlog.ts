/**
 * Publishes handed to the host and not yet done, per connection and in all. At a cap the connection is not read,
 * so that TCP slows the sender down: nothing is dropped. Completions leave in the order the publishes came
 * [MQTT-4.6.0-2], whatever the order in which they are settled.
 */

export type BacklogLimits = { readonly heldPerClientMax: number; readonly heldBytesMax: number };

/** One connection's share of the backlog. */
export type Flow = {
  /** Holds a publish; `release` runs once it and all before it are settled. Answers the settling function. */
  hold(bytes: number, release: (error?: Error) => void): (error?: Error) => void;
  /** How many publishes may be read now; 0 stops the reading until `wake`. */
  room(): number;
  held(): number;
  paused(): boolean;
  /** The connection is gone: it is never woken again. What it holds still counts until the host is done. */
  close(): void;
};

export type Backlog = {
  bytes(): number;
  /** Opens a flow; `wake` is called, never from inside `hold`, when a paused flow may be read again. */
  open(wake: () => void): Flow;
};

type Entry = { settled: boolean; error: Error | undefined; readonly release: (error?: Error) => void };
type Waiting = { held: number; readonly wake: () => void };

/** Reading starts again at this share of a cap, so that a connection does not stop and go for every publish. */
const RESUME_SHARE = 0.5;

/** An empty backlog. */
export function createBacklog(limits: BacklogLimits): Backlog {
  const heldResume = Math.floor(limits.heldPerClientMax * RESUME_SHARE);
  const bytesResume = limits.heldBytesMax * RESUME_SHARE;
  const waiting = new Set<Waiting>();
  let bytesHeld = 0;
  let full = false;
  let wakeScheduled = false;

  function scheduleWake(): void {
    if (wakeScheduled || waiting.size === 0) return;
    wakeScheduled = true;
    setImmediate(() => {
      wakeScheduled = false;
      // A copy: a flow that is woken may come to wait again.
      for (const flow of Array.from(waiting)) {
        if (full) return;
        if (flow.held <= heldResume && waiting.delete(flow)) flow.wake();
      }
    });
  }

  function settled(flow: Waiting, bytes: number): void {
    bytesHeld -= bytes;
    flow.held -= 1;
    const drained = full && bytesHeld <= bytesResume;
    if (drained) full = false;
    if (drained || (!full && flow.held <= heldResume && waiting.has(flow))) scheduleWake();
  }

  function open(wake: () => void): Flow {
    const flow: Waiting = { held: 0, wake };
    const order = createOrder();
    let closed = false;
    return {
      hold(bytes, release) {
        bytesHeld += bytes;
        flow.held += 1;
        return order.push(
          (error) => release(error),
          () => settled(flow, bytes),
        );
      },
      room() {
        if (bytesHeld >= limits.heldBytesMax) full = true;
        const room = full || waiting.has(flow) ? 0 : limits.heldPerClientMax - flow.held;
        if (room <= 0 && !closed) waiting.add(flow);
        return Math.max(0, room);
      },
      held: () => flow.held,
      paused: () => waiting.has(flow),
      close() {
        closed = true;
        waiting.delete(flow);
      },
    };
  }

  return { bytes: () => bytesHeld, open };
}

/** Releases in the order of pushing; after one error, everything behind it is released with that error. */
function createOrder() {
  let entries: Entry[] = [];
  let head = 0;
  let broken: Error | undefined;

  function flush(): void {
    for (let entry = entries[head]; entry?.settled; entry = entries[head]) {
      head += 1;
      broken ??= entry.error;
      entry.release(broken);
    }
    if (head === entries.length) {
      entries = [];
      head = 0;
    } else if (head > 1024) {
      entries = entries.slice(head);
      head = 0;
    }
  }

  function push(release: (error?: Error) => void, onSettled: () => void): (error?: Error) => void {
    const entry: Entry = { settled: false, error: undefined, release };
    entries.push(entry);
    return (error) => {
      if (entry.settled) throw new Error('a publish was settled twice');
      entry.settled = true;
      entry.error = error;
      onSettled();
      flush();
    };
  }

  return { push };
}
