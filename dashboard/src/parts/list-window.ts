/**
 * Draws only the rows in sight (fixed height), and tells when the list is held: it has the focus, or is scrolled.
 * Nothing above the rows ever changes its height, so a held row stays where it is on screen.
 */
import { computed, onBeforeUnmount, onMounted, shallowRef, type ComputedRef, type ShallowRef } from 'vue';

export const ROW_PX = 48;
const OVERSCAN = 6;

export type ListWindow = {
  /** Index of the first drawn row and how many are drawn. */
  readonly span: ComputedRef<{ first: number; count: number }>;
  /** Of the rows wholly in sight. */
  readonly sight: ComputedRef<{ first: number; count: number }>;
  onScroll(): void;
  onFocusChange(): void;
  /** Scrolls as little as needed to show the row. */
  reveal(index: number): void;
  toTop(): void;
};

export function createListWindow(
  grid: Readonly<ShallowRef<HTMLElement | null>>,
  selectedIndex: () => number,
  hold: (held: boolean) => void,
): ListWindow {
  const scrollTop = shallowRef(0);
  const height = shallowRef(600);
  const observer = new ResizeObserver(() => {
    const before = height.value;
    height.value = grid.value?.clientHeight ?? 0;
    // The pinned strip grew over the chosen row: show it again.
    const bottom = (selectedIndex() + 1) * ROW_PX - scrollTop.value;
    if (bottom > height.value && bottom <= before) reveal(selectedIndex());
  });
  onMounted(() => grid.value !== null && observer.observe(grid.value));
  onBeforeUnmount(() => observer.disconnect());

  const span = computed(() => {
    const first = Math.max(0, Math.floor(scrollTop.value / ROW_PX) - OVERSCAN);
    return { first, count: Math.ceil(height.value / ROW_PX) + 2 * OVERSCAN };
  });
  const sight = computed(() => {
    const first = Math.ceil(scrollTop.value / ROW_PX);
    return { first, count: Math.max(0, Math.floor((scrollTop.value + height.value) / ROW_PX) - first) };
  });
  return {
    span,
    sight,
    onScroll() {
      scrollTop.value = grid.value?.scrollTop ?? 0;
      decide();
    },
    // While the focus moves, no element has it: decide when it has arrived.
    onFocusChange: () => setTimeout(decide),
    reveal,
    toTop() {
      if (grid.value !== null) grid.value.scrollTop = 0;
    },
  };

  function reveal(index: number): void {
    const element = grid.value;
    if (element === null || index < 0) return;
    const top = index * ROW_PX;
    const lowest = top + ROW_PX - element.clientHeight;
    element.scrollTop = Math.min(top, Math.max(lowest, element.scrollTop));
  }

  function decide(): void {
    const element = grid.value;
    // A dialog borrows the focus and gives it back: the rows stay as they were meanwhile.
    if (element === null || document.querySelector('dialog[open]') !== null) return;
    // A window that loses the focus keeps its active element: the officer only looked elsewhere.
    hold(element.contains(document.activeElement) || element.scrollTop > 0);
  }
}
