/** The two languages. zh-CN is the source; English follows it key by key (a test holds them together). */
import { computed, shallowRef, watch } from 'vue';
import { createI18n, useI18n } from 'vue-i18n';
import type { Alarm } from '#domain/alarm.ts';
import type { Colour } from '#domain/colour.ts';
import type { Names } from './names.ts';
import type { Locale } from './clock.ts';
import { explain } from './explanation.ts';
import zh from './zh-CN.json?first';

const KEPT_AS = 'lifeline.locale';

export type Language = Awaited<ReturnType<typeof createLanguage>>;

/**
 * Chinese unless the person chose otherwise on this workstation. What the list says comes with the page, the rest of the
 * texts right after it (`whole` tells); English is fetched when somebody wants it.
 */
export async function createLanguage() {
  const kept = localStorage.getItem(KEPT_AS) === 'en' ? await loadEnglish() : null;
  const i18n = createI18n({
    legacy: false,
    locale: kept === null ? 'zh-CN' : 'en',
    fallbackLocale: 'zh-CN',
    messages: kept === null ? { 'zh-CN': zh } : { 'zh-CN': zh, en: kept },
    missingWarn: false,
    fallbackWarn: false,
  });
  const { global } = i18n;
  const whole = shallowRef(false);
  void loadRest();
  const locale = (): Locale => (global.locale.value === 'en' ? 'en' : 'zh-CN');
  watch(
    locale,
    (language) => {
      document.documentElement.lang = language;
      localStorage.setItem(KEPT_AS, language);
    },
    { immediate: true },
  );
  return {
    plugin: i18n,
    /** All texts are there: until then only the list's. */
    whole,
    locale,
    text: (key: string): string | null => (global.te(key) || global.te(key, 'zh-CN') ? global.t(key) : null),
    translate: (key: string, values: Record<string, string>): string => global.t(key, values),
  };

  async function loadRest(): Promise<void> {
    try {
      global.mergeLocaleMessage('zh-CN', (await import('./zh-CN.json?rest')).default);
      whole.value = true;
    } catch (cause) {
      console.warn('not all texts', cause);
      setTimeout(loadRest, 3_000);
    }
  }
}

/** Null when it cannot be fetched now: the console then stays Chinese. */
async function loadEnglish(): Promise<typeof zh | null> {
  try {
    return (await import('./en.json')).default;
  } catch (cause) {
    console.warn('no English', cause);
    return null;
  }
}

/** What components need of the language, in one place. */
export function useText() {
  const { t, te, locale, setLocaleMessage } = useI18n({ useScope: 'global' });
  const language = computed<Locale>(() => (locale.value === 'en' ? 'en' : 'zh-CN'));
  const coded = (group: string, code: string): string =>
    te(`${group}.${code}`) ? t(`${group}.${code}`) : code;
  return {
    t,
    locale: language,
    /** Text of a code the server sent; the code itself when this console does not know it. */
    coded,
    level: (colour: Colour): string => t(`level.${colour}`),
    explanation: (
      alarm: Pick<Alarm, 'explanation'> & { readonly point?: string | null },
      names: Names,
    ): string =>
      explain(alarm.explanation, language.value, {
        translate: (key, values) => t(key, values),
        knows: (key) => te(key),
        name: names.byParam,
        operands: names.operands,
        measure: names.measure,
        pointUnit: alarm.point == null ? null : names.unit(alarm.point),
      }),
    async toggleLanguage() {
      if (language.value === 'en') locale.value = 'zh-CN';
      else {
        const english = await loadEnglish();
        if (english === null) return;
        setLocaleMessage('en', english);
        locale.value = 'en';
      }
    },
  };
}
