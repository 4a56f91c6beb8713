/**
 * One system alarm for all addresses together. Addresses are anybody's: an alarm for each would bury the duty list, and
 * whoever cycles through them would fill the state with alarms that wait for a person.
 */
export type AddressAlarm = {
  begins(address: string): void;
  /** Ends it for an address it began for; the last one ends the alarm. */
  ends(address: string): void;
};

export type AddressEvidence = { readonly addresses: number; readonly newest: string };

/** Its subject; registered gateways alone have alarms of their own. */
export const ADDRESSES = 'addresses';
const NEWEST_SHOWN_MAX = 5;
/** So many times the addresses told of are news: the alarm is said once more. */
const GROWN_FACTOR = 10;

/** `condition` begins with the first address. Whoever calls bounds the addresses that have begun and not ended. */
export function createAddressAlarm(
  condition: (active: boolean, evidence: AddressEvidence) => void,
): AddressAlarm {
  const over = new Set<string>();
  let told = 0;

  const evidence = (): AddressEvidence => ({
    addresses: over.size,
    newest: [...over].slice(-NEWEST_SHOWN_MAX).reverse().join(', '),
  });

  return {
    begins(address) {
      over.delete(address);
      over.add(address);
      if (told > 0 && over.size < told * GROWN_FACTOR) return;
      if (told > 0) condition(false, evidence());
      told = over.size;
      condition(true, evidence());
    },
    ends(address) {
      if (!over.delete(address) || over.size > 0 || told === 0) return;
      told = 0;
      condition(false, evidence());
    },
  };
}
