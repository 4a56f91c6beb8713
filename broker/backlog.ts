/**
 * Publishes handed to the host and not yet done, per connection and in all. At a cap the connection is not read,
 * so that TCP slows the sender down: nothing is dropped. Completions leave in the order the publishes came
 * [MQTT-4.6.0-2], whatever the order in which they are settled.
 */

export type BacklogLimits = { readonly heldPerClientMax: number; readonly heldBytesMax: number };

/** One connection's share of the backlog. */
export type Flow = {
  /** Holds a publish; `release` runs once it and all before it are settled. Answers the settling function. */
  hold(bytes: number, release: (error?: Error) => void): Settle;
  /** The same for one that is only to be acknowledged under this packet id; 0 = of QoS 0, not at all. */
  holdPacket(bytes: number, packetId: number): Settle;
  /** How many publishes may be read now; 0 stops the reading until `wake`. */
  room(): number;
  held(): number;
  paused(): boolean;
  /** The connection is gone: it is never woken again. What it holds still counts until the host is done. */
  close(): void;
};

export type Settle = (error?: Error) => void;

/** The connection's side of a flow. */
export type FlowEnd = {
  /** Called, never from inside `hold`, when a paused flow may be read again. */
  wake(): void;
  /** A publish held by its packet id is safe, and all before it. */
  acknowledge(packetId: number): void;
  /** What was acknowledged so far must leave before anything that a `release` does. */
  writeAcknowledgements(): void;
  /** A publish held by its packet id will never be safe. */
  failed(error: Error): void;
};

export type Backlog = {
  bytes(): number;
  open(end: FlowEnd): Flow;
};

type Entry = {
  settled: boolean;
  error: Error | undefined;
  readonly packetId: number;
  /** Null: acknowledged by its packet id. */
  readonly release: ((error?: Error) => void) | null;
};
type Waiting = { held: number; readonly end: FlowEnd };

/** For publishes that come over no connection. */
export const NO_END: FlowEnd = {
  wake: () => {},
  acknowledge: () => {},
  writeAcknowledgements: () => {},
  failed: () => {},
};

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
        if (flow.held <= heldResume && waiting.delete(flow)) flow.end.wake();
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

  function open(end: FlowEnd): Flow {
    const flow: Waiting = { held: 0, end };
    const order = createOrder(end);
    let closed = false;
    function take(bytes: number, packetId: number, release: Entry['release']): Settle {
      bytesHeld += bytes;
      flow.held += 1;
      const entry: Entry = { settled: false, error: undefined, packetId, release };
      order.push(entry);
      return (error) => {
        if (entry.settled) throw new Error('a publish was settled twice');
        entry.settled = true;
        entry.error = error;
        settled(flow, bytes);
        order.flush();
      };
    }
    return {
      hold: (bytes, release) => take(bytes, 0, release),
      holdPacket: (bytes, packetId) => take(bytes, packetId, null),
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
function createOrder(end: FlowEnd) {
  let entries: Entry[] = [];
  let head = 0;
  let broken: Error | undefined;

  function release({ packetId, release: run }: Entry): void {
    if (run !== null) {
      end.writeAcknowledgements();
      run(broken);
    } else if (broken !== undefined) end.failed(broken);
    else if (packetId > 0) end.acknowledge(packetId);
  }

  return {
    push: (entry: Entry): void => void entries.push(entry),
    flush(): void {
      for (let entry = entries[head]; entry?.settled; entry = entries[head]) {
        head += 1;
        broken ??= entry.error;
        release(entry);
      }
      if (head === entries.length) {
        entries = [];
        head = 0;
      } else if (head > 1024) {
        entries = entries.slice(head);
        head = 0;
      }
    },
  };
}
