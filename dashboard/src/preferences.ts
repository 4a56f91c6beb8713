/** What a person sets for this workstation. */
import { ref, watch, type Ref } from 'vue';

export type Theme = 'dark' | 'light';
export type Preferences = {
  readonly theme: Ref<Theme>;
  /** Single-key commands; off for people whose speech input or tremor presses keys (WCAG 2.1.4). */
  readonly singleKeys: Ref<boolean>;
  /** The area panel on screens where it has no place of its own. */
  readonly areasOpen: Ref<boolean>;
  /** Of the tones, from 0.2 to 1: a console is never silent by a slider. */
  readonly volume: Ref<number>;
  /** When somebody last heard every tone here; null = not yet, or not all of them. */
  readonly heardAt: Ref<number | null>;
};

export function createPreferences(): Preferences {
  const theme = ref<Theme>(localStorage.getItem('lifeline.theme') === 'light' ? 'light' : 'dark');
  const singleKeys = ref(localStorage.getItem('lifeline.singleKeys') !== 'off');
  const areasOpen = ref(localStorage.getItem('lifeline.areas') === 'open');
  const volume = ref(
    Math.min(1, Math.max(0.2, Number(localStorage.getItem('lifeline.volume') ?? 0.6) || 0.6)),
  );
  const heardAt = ref<number | null>(Number(localStorage.getItem('lifeline.heard')) || null);
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
  watch(volume, (value) => localStorage.setItem('lifeline.volume', String(value)));
  watch(heardAt, (value) => localStorage.setItem('lifeline.heard', String(value ?? '')));
  return { theme, singleKeys, areasOpen, volume, heardAt };
}
