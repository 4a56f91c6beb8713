/**
 * A browser's push subscription as somebody wrote it into the on-call list. The address to post to is part of it, so
 * it is believed only for push services that are named: else whoever edits the list could post into the city's network.
 */
import { ECDH } from 'node:crypto';
import { isIP } from 'node:net';
import type { PushSubscription } from 'web-push';

/** The browsers' own push services; `*.` stands for any name below. */
const PUSH_HOSTS = [
  'fcm.googleapis.com',
  '*.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
] as const;

/** An uncompressed point of P-256, and the shortest secret that RFC 8291 allows. */
const KEY_BYTES = 65;
const AUTH_MIN_BYTES = 16;

/** The subscription, or in English why it cannot be used. `hosts` replace the browsers' own services. */
export function readSubscription(
  address: string,
  hosts: readonly string[] = PUSH_HOSTS,
): PushSubscription | string {
  let value: unknown;
  try {
    value = JSON.parse(address);
  } catch {
    return 'no push subscription';
  }
  if (!isSubscription(value)) return 'no push subscription';
  const { endpoint, keys } = value;
  if (!isPushAddress(endpoint, hosts)) return 'its address is of no push service that is allowed';
  return keysHold(keys) ? { endpoint, keys } : 'its keys are no keys';
}

/** Ports count: a name stands for 443 unless it says otherwise. */
function isPushAddress(endpoint: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, username, password, hostname, host } = new URL(endpoint);
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  if (hostname.startsWith('[') || isIP(hostname) !== 0) return false;
  return hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));
}

function keysHold({ p256dh, auth }: PushSubscription['keys']): boolean {
  if (Buffer.from(p256dh, 'base64url').length !== KEY_BYTES) return false;
  if (Buffer.from(auth, 'base64url').length < AUTH_MIN_BYTES) return false;
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
    return true;
  } catch {
    return false;
  }
}

const isSubscription = (value: unknown): value is PushSubscription =>
  typeof value === 'object' &&
  value !== null &&
  'endpoint' in value &&
  typeof value.endpoint === 'string' &&
  'keys' in value &&
  typeof value.keys === 'object' &&
  value.keys !== null &&
  'p256dh' in value.keys &&
  typeof value.keys.p256dh === 'string' &&
  'auth' in value.keys &&
  typeof value.keys.auth === 'string';
