/** What a person may configure. The server decides; this only spares people buttons that would be refused. */
import type { Role } from '#domain/user.ts';

const MAY = {
  'change-gateways': ['system-admin'],
  'change-registry': ['engineer', 'system-admin'],
  quarantine: ['engineer', 'system-admin'],
  'manage-influx': ['system-admin'],
  'change-on-call': ['duty-leader', 'system-admin'],
  'draft-rules': ['engineer'],
  'publish-rules': ['engineer', 'duty-leader'],
  'manage-users': ['security-admin'],
  maintenance: ['duty-leader', 'engineer'],
} as const satisfies Record<string, readonly Role[]>;

export type ConfigAction = keyof typeof MAY;

export const mayConfigure = (roles: readonly Role[], action: ConfigAction): boolean =>
  MAY[action].some((role) => roles.includes(role));
