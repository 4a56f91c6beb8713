/** What every component may reach: the person, the address, the voice, and (on the duty page) the running console. */
import { inject, type InjectionKey } from 'vue';
import type { DutyConsole } from './live/console.ts';
import type { DutyPage } from './pages/duty-page.ts';
import type { Preferences } from './preferences.ts';
import type { Router } from './routing.ts';
import type { Session } from './session.ts';
import type { Annunciator } from './sound/annunciator.ts';
import type { Language } from './text/language.ts';

export type App = {
  readonly session: Session;
  readonly router: Router;
  readonly annunciator: Annunciator;
  readonly preferences: Preferences;
  readonly language: Language;
};

export const APP: InjectionKey<App> = Symbol('app');
export const DUTY: InjectionKey<DutyConsole> = Symbol('duty');
export const PAGE: InjectionKey<DutyPage> = Symbol('page');

export const useApp = (): App => given(inject(APP), 'app');
export const useDuty = (): DutyConsole => given(inject(DUTY), 'duty console');
export const usePage = (): DutyPage => given(inject(PAGE), 'duty page');

function given<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is used outside its page`);
  return value;
}
