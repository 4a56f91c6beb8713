import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue';

/** Whether the window matches a media query, now and later. */
export function useWide(query: string): ShallowRef<boolean> {
  const list = matchMedia(query);
  const wide = shallowRef(list.matches);
  const follow = () => (wide.value = list.matches);
  list.addEventListener('change', follow);
  onBeforeUnmount(() => list.removeEventListener('change', follow));
  return wide;
}
