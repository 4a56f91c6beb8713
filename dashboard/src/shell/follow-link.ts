import type { Router } from '../routing.ts';

/** A plain click on a link stays in this page; with a modifier, or another button, the browser does what it always does. */
export function followLink(router: Router, event: MouseEvent): void {
  const { currentTarget } = event;
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!(currentTarget instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  router.go(currentTarget.getAttribute('href') ?? '/');
}
