/** Every page of the console: one line each (how to add one: `routing.ts`). */
import { defineAsyncComponent, type Component } from 'vue';
import type { Role } from '#domain/user.ts';
import type { Place } from '../store/address.ts';
import DutyPage from './duty-page.vue';

export type PageEntry = Place & {
  /** Pages of the same group share one entry of the header's navigation; a group's first allowed page is its door. */
  readonly group: 'duty' | 'map' | 'trend' | 'replay' | 'wall' | 'report' | 'cfg';
  /** Offered to these; the server decides what they get. */
  readonly roles: readonly Role[];
  readonly component: Component;
};

const READERS = ['duty-officer', 'duty-leader', 'crew', 'engineer', 'viewer', 'system-admin'] as const;
const REGISTRARS = ['engineer', 'system-admin'] as const;

/** The first is where an unknown address leads. */
export const PAGES: readonly PageEntry[] = [
  { name: 'duty', paths: ['/duty', '/duty/a/:alarm'], group: 'duty', roles: READERS, component: DutyPage },
  {
    name: 'shift',
    paths: ['/shift'],
    group: 'duty',
    roles: READERS,
    component: defineAsyncComponent(() => import('./shift-page.vue')),
  },
  {
    name: 'map',
    paths: ['/map', '/map/a/:alarm'],
    group: 'map',
    roles: READERS,
    component: defineAsyncComponent(() => import('./map-page.vue')),
  },
  {
    name: 'trend',
    paths: ['/trend'],
    group: 'trend',
    roles: READERS,
    component: defineAsyncComponent(() => import('./trend-page.vue')),
  },
  {
    name: 'replay',
    paths: ['/replay', '/replay/a/:alarm'],
    group: 'replay',
    roles: READERS,
    component: defineAsyncComponent(() => import('./replay-page.vue')),
  },
  {
    name: 'wall',
    paths: ['/wall', '/wall/:n'],
    group: 'wall',
    roles: READERS,
    component: defineAsyncComponent(() => import('./wall-page.vue')),
  },
  {
    name: 'report',
    paths: ['/report'],
    group: 'report',
    roles: ['duty-officer', 'duty-leader', 'engineer', 'viewer', 'system-admin'],
    component: defineAsyncComponent(() => import('./report-page.vue')),
  },
  {
    name: 'gateways',
    paths: ['/cfg/gateways', '/cfg/gateways/:id'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./gateways-page.vue')),
  },
  {
    name: 'products',
    paths: ['/cfg/products', '/cfg/products/:id'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./products-page.vue')),
  },
  {
    name: 'points',
    paths: ['/cfg/points', '/cfg/points/:facility'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./points-page.vue')),
  },
  {
    name: 'rules',
    paths: [
      ...['/cfg/rules', '/cfg/rules/:part', '/cfg/rules/r/:rule'],
      ...['/cfg/rules/d/:draft', '/cfg/rules/d/:draft/:rule'],
    ],
    group: 'cfg',
    roles: ['engineer', 'duty-leader', 'system-admin', 'viewer'],
    component: defineAsyncComponent(() => import('./rules-page.vue')),
  },
  {
    name: 'quarantine',
    paths: ['/cfg/quarantine', '/cfg/quarantine/:group'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./quarantine-page.vue')),
  },
  {
    name: 'import',
    paths: ['/cfg/import'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./import-page.vue')),
  },
  {
    name: 'onCall',
    paths: ['/cfg/on-call'],
    group: 'cfg',
    roles: ['duty-officer', 'duty-leader', 'system-admin'],
    component: defineAsyncComponent(() => import('./on-call-page.vue')),
  },
  {
    name: 'users',
    paths: ['/cfg/users', '/cfg/users/:username'],
    group: 'cfg',
    roles: ['security-admin'],
    component: defineAsyncComponent(() => import('./users-page.vue')),
  },
  {
    name: 'walls',
    paths: ['/cfg/walls'],
    group: 'cfg',
    roles: ['system-admin'],
    component: defineAsyncComponent(() => import('./walls-page.vue')),
  },
  {
    name: 'influx',
    paths: ['/cfg/influx'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./influx-page.vue')),
  },
  {
    name: 'organisations',
    paths: ['/cfg/organisations', '/cfg/organisations/:id'],
    group: 'cfg',
    roles: REGISTRARS,
    component: defineAsyncComponent(() => import('./organisations-page.vue')),
  },
];

/** All addresses, the log-in's among them. */
export const PLACES: readonly Place[] = [...PAGES, { name: 'login', paths: ['/login'] }];

export const allowedPages = (roles: readonly Role[]): PageEntry[] =>
  PAGES.filter((page) => page.roles.some((role) => roles.includes(role)));
