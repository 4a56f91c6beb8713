/**
 * The address bar as a value that the pages follow.
 *
 * To add a page:
 * 1. write `pages/<name>-page.vue`; a configuration page puts its content into `shell/page-frame.vue` and builds on the
 *    parts of `forms/`. `useApp().session.call` speaks to the API, `router.route.value` holds params and query;
 * 2. add its line to PAGES in `pages/pages.ts`: name, paths, group, the roles that may, and a lazy import;
 * 3. add `nav.<name>` to both language files. The navigation and the address follow from the line.
 *
 * The live line, the sound and the dialogs belong to `shell/console-frame.vue` and stay while pages change.
 */
import { shallowRef, type ShallowRef } from 'vue';
import { parseAddress, type Place, type Route } from './store/address.ts';

export type Router = {
  readonly route: ShallowRef<Route>;
  /** A new entry in the browser's history. */
  go(address: string): void;
  /** The same place in the history: moving through rows must not fill it. */
  replace(address: string): void;
};

export function createRouter(places: readonly Place[]): Router {
  const here = () => parseAddress(location.pathname, location.search, places);
  const route = shallowRef<Route>(here());
  addEventListener('popstate', () => {
    route.value = here();
  });
  return {
    route,
    go(address) {
      history.pushState(null, '', address);
      route.value = here();
    },
    replace(address) {
      history.replaceState(null, '', address);
      route.value = here();
    },
  };
}
