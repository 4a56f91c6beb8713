import { createApp } from 'vue';
import App from './app.vue';
import { APP } from './context.ts';
import { PLACES } from './pages/pages.ts';
import { createPreferences } from './preferences.ts';
import { createRouter } from './routing.ts';
import { createSession } from './session.ts';
import { createAnnunciator } from './sound/annunciator.ts';
import { createLanguage } from './text/language.ts';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/list.css';
import './style/flood.css';
import './style/detail.css';
import './style/dialog.css';
import './style/shell.css';
import './style/forms.css';
import './style/area.css';
import './style/phone.css';
import './style/print.css';

const router = createRouter(PLACES);
const toLogIn = () => {
  const { pathname, search } = location;
  if (pathname !== '/login') router.go(`/login?next=${encodeURIComponent(pathname + search)}`);
};
const language = await createLanguage();
const preferences = createPreferences();
const app = createApp(App);
app.use(language.plugin);
app.provide(APP, {
  router,
  language,
  session: createSession(toLogIn),
  annunciator: createAnnunciator(() => preferences.volume.value),
  preferences,
});
app.mount('#app');

/** After an update the old page may ask for files that are gone: one reload brings the new page. */
addEventListener('vite:preloadError', () => {
  if (sessionStorage.getItem('lifeline.reloaded') !== null) return;
  sessionStorage.setItem('lifeline.reloaded', '1');
  location.reload();
});
