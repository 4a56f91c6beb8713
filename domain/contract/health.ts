export type HealthStatus = 'ok' | 'degraded' | 'failing';
/** `code` is stable (a system alarm's rule name, or `starting`); `detail` is English for a maintainer. */
export type HealthReason = { readonly code: string; readonly detail: string };
export type Health = {
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
  /** How long ago an input last went all the way from the journal through the rules; at rest one does every 5 s. */
  readonly quietMs: number;
  /** How long ago a publish last did; null = none since the start. */
  readonly dataQuietMs: number | null;
  /**
   * The longest of the last minute: from the arrival of an input to the sync that covers it or, where it made an alarm, to
   * that alarm's announcement. Null before the first.
   */
  readonly delayMs: number | null;
  readonly notifications: NotificationsHealth;
};
/** `off` = no channel is configured; `gaps` = somewhere nobody is on call; `failing` = messages do not reach people. */
export type NotificationsHealth = 'off' | 'ok' | 'gaps' | 'failing';
