/** Opens the running console for the person who is logged in, and keeps the page's title. */
import type { App } from '../context.ts';
import { createDutyConsole, type DutyConsole } from '../live/console.ts';

export function openDutyConsole(app: App): DutyConsole {
  const { session, router, annunciator, language } = app;
  const title = (): string => language.text('app.title') ?? '';
  document.title = title();
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
      document.title = head === '' ? line + title() : `${head} · ${line}${title()}`;
    },
    refused() {
      void session
        .logOut()
        .then(() => router.go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`));
    },
  });
  return duty;
}
