/** The two languages. zh-CN is the source; English follows it key by key (a test holds them together). */
import { computed, watch } from 'vue';
import { createI18n, useI18n } from 'vue-i18n';
import type { Alarm } from '#domain/alarm.ts';
import type { Colour } from '#domain/colour.ts';
import type { Names } from './names.ts';
import type { Locale } from './clock.ts';
import { explain } from './explanation.ts';
import zh from './zh-CN.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

const KEPT_AS = 'lifeline.locale';

export type Language = ReturnType<typeof createLanguage>;

/** Chinese unless the person chose otherwise on this workstation. */
export function createLanguage() {
  const kept = localStorage.getItem(KEPT_AS);
  const i18n = createI18n({
    legacy: false,
    locale: kept === 'en' ? 'en' : 'zh-CN',
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': zh, en },
    missingWarn: false,
    fallbackWarn: false,
  });
  const { global } = i18n;
  watch(
    global.locale,
    (locale) => {
      document.documentElement.lang = locale;
      localStorage.setItem(KEPT_AS, locale);
    },
    { immediate: true },
  );
  return {
    plugin: i18n,
    locale: (): Locale => (global.locale.value === 'en' ? 'en' : 'zh-CN'),
    text: (key: string): string | null => (global.te(key) || global.te(key, 'zh-CN') ? global.t(key) : null),
    translate: (key: string, values: Record<string, string>): string => global.t(key, values),
  };
}

/** What components need of the language, in one place. */
export function useText() {
  const { t, te, locale } = useI18n();
  const language = computed<Locale>(() => (locale.value === 'en' ? 'en' : 'zh-CN'));
  const coded = (group: string, code: string): string =>
    te(`${group}.${code}`) ? t(`${group}.${code}`) : code;
  return {
    t,
    locale: language,
    /** Text of a code the server sent; the code itself when this console does not know it. */
    coded,
    level: (colour: Colour): string => t(`level.${colour}`),
    explanation: (alarm: Alarm, names: Names): string =>
      explain(alarm.explanation, language.value, {
        translate: (key, values) => t(key, values),
        knows: (key) => te(key),
        name: names.byParam,
      }),
    toggleLanguage() {
      locale.value = language.value === 'en' ? 'zh-CN' : 'en';
    },
  };
}
