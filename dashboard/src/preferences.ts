/** What a person sets for this workstation. */
import { ref, watch, type Ref } from 'vue';

export type Theme = 'dark' | 'light';
export type Preferences = {
  readonly theme: Ref<Theme>;
  /** Single-key commands; off for people whose speech input or tremor presses keys (WCAG 2.1.4). */
  readonly singleKeys: Ref<boolean>;
  /** The area panel on screens where it has no place of its own. */
  readonly areasOpen: Ref<boolean>;
};

export function createPreferences(): Preferences {
  const theme = ref<Theme>(localStorage.getItem('lifeline.theme') === 'light' ? 'light' : 'dark');
  const singleKeys = ref(localStorage.getItem('lifeline.singleKeys') !== 'off');
  const areasOpen = ref(localStorage.getItem('lifeline.areas') === 'open');
  watch(
    theme,
    (value) => {
      document.documentElement.dataset['theme'] = value;
      localStorage.setItem('lifeline.theme', value);
    },
    { immediate: true },
  );
  watch(singleKeys, (value) => localStorage.setItem('lifeline.singleKeys', value ? 'on' : 'off'));
  watch(areasOpen, (value) => localStorage.setItem('lifeline.areas', value ? 'open' : 'closed'));
  return { theme, singleKeys, areasOpen };
}
