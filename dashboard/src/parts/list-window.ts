/**
 * Draws only the rows in sight (fixed height), and tells when the officer is at the list: a pointer that moves over it, a
 * wheel or a key. Where the focus is and how far it is scrolled say nothing: both outlast the officer's looking.
 * Nothing above the rows ever changes its height, so a held row stays where it is on screen.
 */
import { computed, onBeforeUnmount, onMounted, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { keyPlace } from '../live/key-place.ts';

export const ROW_PX = 48;
const OVERSCAN = 6;

export type ListWindow = {
  /** Index of the first drawn row and how many are drawn. */
  readonly span: ComputedRef<{ first: number; count: number }>;
  /** Of the rows wholly in sight. */
  readonly sight: ComputedRef<{ first: number; count: number }>;
  onScroll(): void;
  onPointer(event: PointerEvent): void;
  /** A wheel or a finger. */
  onTurn(): void;
  /** Scrolls as little as needed to show the row. */
  reveal(index: number): void;
  /** A row in sight went from one index to another: scrolls along, so that it stays where it is on screen. */
  follow(from: number, to: number): void;
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
  let pointerAt = '';
  const onKey = (event: KeyboardEvent): void => {
    if (keyPlace(event.target) !== 'typing' && document.querySelector('dialog[open]') === null) hold(true);
  };
  onMounted(() => {
    if (grid.value !== null) observer.observe(grid.value);
    // Before the key is obeyed: what it does to the list happens in the order the officer sees.
    addEventListener('keydown', onKey, { capture: true });
    hold(false);
  });
  onBeforeUnmount(() => {
    observer.disconnect();
    removeEventListener('keydown', onKey, { capture: true });
    hold(false);
  });

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
    onScroll,
    onPointer({ type, clientX, clientY }) {
      const here = `${clientX} ${clientY}`;
      // Rows that move under a pointer at rest are no movement of the officer's.
      if (type === 'pointermove' && here === pointerAt) return;
      pointerAt = here;
      hold(true);
    },
    onTurn: () => hold(true),
    reveal,
    follow(from, to) {
      const element = grid.value;
      const top = from * ROW_PX - scrollTop.value;
      if (element === null || from < 0 || to < 0 || top <= -ROW_PX || top >= height.value) return;
      element.scrollTop += (to - from) * ROW_PX;
      onScroll();
    },
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

  function onScroll(): void {
    scrollTop.value = grid.value?.scrollTop ?? 0;
  }
}
