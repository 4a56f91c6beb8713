/**
 * Draws only the rows in sight (fixed height), and keeps the rows where they are on screen when the pinned strip or the
 * bar above the list grows while the list is held.
 */
import { computed, onBeforeUnmount, onMounted, shallowRef, type ComputedRef, type ShallowRef } from 'vue';

export const ROW_PX = 48;
const OVERSCAN = 6;

export type ListWindow = {
  /** Index of the first drawn row and how many are drawn. */
  readonly span: ComputedRef<{ first: number; count: number }>;
  /** Room under the last row, so that the rows can be kept in place by scrolling. */
  readonly tailPx: ShallowRef<number>;
  onScroll(): void;
  onFocusChange(): void;
  reveal(index: number): void;
  /** Back to the first row, free again. */
  toTop(): void;
};

/** `zone` is what stands above the rows and may grow; `grid` scrolls. */
export function createListWindow(
  grid: Readonly<ShallowRef<HTMLElement | null>>,
  zone: Readonly<ShallowRef<HTMLElement | null>>,
  hold: (held: boolean) => void,
): ListWindow {
  const scrollTop = shallowRef(0);
  const height = shallowRef(600);
  const tailPx = shallowRef(0);
  let zoneHeight = 0;
  /** How much of the scroll position is ours, not the person's. */
  let compensated = 0;
  let held = false;

  const observer = new ResizeObserver(() => {
    if (grid.value !== null) height.value = grid.value.clientHeight;
    keepInPlace();
  });
  onMounted(() => {
    if (grid.value !== null) observer.observe(grid.value);
    if (zone.value !== null) observer.observe(zone.value);
  });
  onBeforeUnmount(() => observer.disconnect());

  const span = computed(() => {
    const first = Math.max(0, Math.floor(scrollTop.value / ROW_PX) - OVERSCAN);
    return { first, count: Math.ceil(height.value / ROW_PX) + 2 * OVERSCAN };
  });
  return {
    span,
    tailPx,
    onScroll() {
      scrollTop.value = grid.value?.scrollTop ?? 0;
      decide();
    },
    onFocusChange: () => setTimeout(decide),
    reveal(index) {
      const element = grid.value;
      if (element === null || index < 0) return;
      const top = index * ROW_PX;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + ROW_PX > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + ROW_PX - element.clientHeight;
      }
    },
    toTop() {
      compensated = 0;
      if (grid.value !== null) grid.value.scrollTop = 0;
    },
  };

  function decide(): void {
    const element = grid.value;
    if (element === null) return;
    // A window that loses the focus keeps its active element: the officer only looked elsewhere.
    const focused = element.contains(document.activeElement);
    const next = focused || element.scrollTop > compensated + 1;
    if (held && !next) {
      tailPx.value = 0;
      compensated = 0;
      element.scrollTop = 0;
    }
    held = next;
    hold(held);
  }

  function keepInPlace(): void {
    const grown = (zone.value?.offsetHeight ?? 0) - zoneHeight;
    zoneHeight += grown;
    const element = grid.value;
    if (!held || element === null || grown === 0) return;
    const before = element.scrollTop;
    makeRoom(element, before + grown);
    element.scrollTop = before + grown;
    compensated = Math.max(0, compensated + element.scrollTop - before);
  }

  /** A short list cannot be scrolled: room under the last row makes the wanted position possible. */
  function makeRoom(element: HTMLElement, wanted: number): void {
    const body = element.firstElementChild;
    if (!(body instanceof HTMLElement)) return;
    const rowsPx = body.clientHeight - tailPx.value;
    tailPx.value = Math.max(0, element.clientHeight + wanted - rowsPx);
    // At once: the position is set before the next drawing.
    body.style.paddingBottom = `${tailPx.value}px`;
  }
}
