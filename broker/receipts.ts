/**
 * QoS 2 towards us: a packet id is one message from its first PUBLISH until PUBREL, however often it is sent
 * [MQTT-4.3.3-2]. The receipt is opened when the message goes to the journal, so a resend never journals it twice.
 */

export type Receipt = {
  journaled: boolean;
  /** Handed to subscribers; a resend then only needs its PUBREC again. */
  relayed: boolean;
  /** Resends that came before the journal was synced; answered with the first. */
  readonly waiting: ((error?: Error) => void)[];
};

export type Receipts = {
  find(name: string, packetId: number): Receipt | undefined;
  open(name: string, packetId: number): Receipt;
  /** PUBREL, or the journal refused it: the id is free again. Only `receipt`'s own, if given. */
  release(name: string, packetId: number, receipt?: Receipt): void;
  /** The session ended with all its ids. */
  forget(name: string): void;
};

/** No receipts yet. At most 65,535 ids a session, as MQTT numbers them; sessions are bounded by their owner. */
export function createReceipts(): Receipts {
  const sessions = new Map<string, Map<number, Receipt>>();
  return {
    find: (name, packetId) => sessions.get(name)?.get(packetId),
    open(name, packetId) {
      const receipt: Receipt = { journaled: false, relayed: false, waiting: [] };
      const ids = sessions.get(name) ?? new Map<number, Receipt>();
      sessions.set(name, ids.set(packetId, receipt));
      return receipt;
    },
    release(name, packetId, receipt) {
      const ids = sessions.get(name);
      if (ids === undefined || (receipt !== undefined && ids.get(packetId) !== receipt)) return;
      ids.delete(packetId);
      if (ids.size === 0) sessions.delete(name);
    },
    forget: (name) => void sessions.delete(name),
  };
}
