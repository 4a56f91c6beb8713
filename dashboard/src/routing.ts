/** The address bar as a value the page follows. */
import { shallowRef, type ShallowRef } from 'vue';
import { parseAddress, type Route } from './store/address.ts';

export type Router = {
  readonly route: ShallowRef<Route>;
  /** A new entry in the browser's history. */
  go(address: string): void;
  /** The same place in the history: moving through rows must not fill it. */
  replace(address: string): void;
};

export function createRouter(): Router {
  const here = () => parseAddress(location.pathname, location.search);
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
