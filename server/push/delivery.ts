/**
 * A message to many consoles leaves in slices, so that what arrives meanwhile does not wait for the last of them: writing
 * to a console costs tens of microseconds, and five hundred of them would hold up ingest for as long as a commit takes.
 * Order holds for every console: a later message leaves after all slices of an earlier one. Whoever writes to one console
 * alone what follows from earlier messages calls `drain` first.
 */
import type { BroadcastOperator } from 'socket.io';
import type { ServerToClient } from '#domain/contract/socket.ts';
import type { Admitted } from './handshake.ts';

/** Consoles written to before others get their turn: about 4 ms. */
const SLICE_CONSOLES = 100;
/** More than this waiting (a storm of alarms): everything leaves at once, and what brings more has to wait. */
const WAITING_SLICES_MAX = 1_000;

type Consoles = BroadcastOperator<ServerToClient, Admitted>;

/** What of socket.io it takes: who is in a room, and a sender to these consoles. */
type Sockets<To> = {
  readonly sockets: { readonly adapter: { readonly rooms: ReadonlyMap<string, ReadonlySet<string>> } };
  to(ids: string[]): To;
};

export type Delivery<To = Consoles> = {
  /** Calls `send` for those now in the room, slice after slice: the first at once unless others wait. */
  to(room: string, send: (consoles: To) => void, except?: ReadonlySet<string>): void;
  /** Sends all that waits, now. */
  drain(): void;
};

/** `later` runs its argument once what has arrived meanwhile was served. */
export function createDelivery<To>(
  io: Sockets<To>,
  later: (run: () => void) => unknown = setImmediate,
): Delivery<To> {
  const waiting: (() => void)[] = [];
  let called = false;
  const next = (): void => {
    called = false;
    waiting.shift()?.();
    call();
  };
  const call = (): void => {
    if (called || waiting.length === 0) return;
    called = true;
    later(next);
  };
  const drain = (): void => {
    for (const send of waiting.splice(0)) send();
  };
  return {
    to(room, send, except) {
      const ids = [...(io.sockets.adapter.rooms.get(room) ?? [])].filter((id) => except?.has(id) !== true);
      for (let from = 0; from < ids.length; from += SLICE_CONSOLES) {
        const slice = ids.slice(from, from + SLICE_CONSOLES);
        if (from === 0 && waiting.length === 0) send(io.to(slice));
        else waiting.push(() => send(io.to(slice)));
      }
      if (waiting.length > WAITING_SLICES_MAX) drain();
      call();
    },
    drain,
  };
}
