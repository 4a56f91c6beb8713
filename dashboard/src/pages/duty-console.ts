/** Opens the running console for the person who is logged in, and keeps the page's title. */
import { watch } from 'vue';
import type { App } from '../context.ts';
import { createDutyConsole, type DutyConsole } from '../live/console.ts';

export function openDutyConsole(app: App): DutyConsole {
  const { session, router, annunciator, language } = app;
  const title = (): string => language.text('app.title') ?? '';
  let wanted = title();
  let odd = false;
  /** Every other second the title says that this page cannot be heard. */
  const flash = (): void => {
    const silent = annunciator.state.value === 'locked' && odd;
    document.title = silent ? `${language.text('sound.title') ?? ''} ${wanted}` : wanted;
  };
  document.title = wanted;
  const duty: DutyConsole = createDutyConsole({
    session,
    router,
    annunciator,
    locale: language.locale,
    text: language.text,
    title(reds, first, lost) {
      const head =
        first === null
          ? ''
          : language.translate('app.redTitle', { n: String(reds), place: duty.names.facility(first) });
      const line = lost ? `${language.text('app.lostTitle') ?? ''} · ` : '';
      wanted = head === '' ? line + title() : `${head} · ${line}${title()}`;
      flash();
    },
    refused() {
      void session
        .logOut()
        .then(() => router.go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`));
    },
  });
  watch(duty.second, () => {
    odd = !odd;
    flash();
  });
  return duty;
}
