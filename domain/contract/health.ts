export type HealthStatus = 'ok' | 'degraded' | 'failing';
/** `code` is stable (a system alarm's rule name, or `starting`); `detail` is English for a maintainer. */
export type HealthReason = { readonly code: string; readonly detail: string };
export type Health = {
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
  /** How long ago an input last went all the way from the journal through the rules; at rest one does every 5 s. */
  readonly quietMs: number;
};
