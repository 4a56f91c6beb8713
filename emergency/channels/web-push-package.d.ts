/** The part of the web-push package that is used here; it ships no types. */
declare module 'web-push' {
  import type { Agent } from 'node:https';

  export type PushSubscription = {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  type Options = {
    readonly vapidDetails: {
      readonly subject: string;
      readonly publicKey: string;
      readonly privateKey: string;
    };
    readonly TTL: number;
    readonly urgency: 'high';
    readonly timeout: number;
    readonly agent?: Agent;
  };
  const webpush: {
    /** Rejects with an error that carries `statusCode` when the push service refuses. */
    sendNotification(subscription: PushSubscription, payload: string, options: Options): Promise<unknown>;
    generateVAPIDKeys(): { publicKey: string; privateKey: string };
  };
  export default webpush;
}
