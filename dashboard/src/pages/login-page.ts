/** Logging in. The click also gives the browser its reason to let the console sound. */
import { ref, type Ref } from 'vue';
import type { App } from '../context.ts';
import type { Problem } from '../api/http.ts';
import { safeReturn } from '../store/address.ts';

export type LoginPage = {
  readonly username: Ref<string>;
  readonly password: Ref<string>;
  readonly busy: Ref<boolean>;
  /** Key below `login.` of what went wrong; null = nothing yet. */
  readonly trouble: Ref<string | null>;
  submit(): Promise<void>;
};

export function createLoginPage(app: App): LoginPage {
  const username = ref('');
  const password = ref('');
  const busy = ref(false);
  const trouble = ref<string | null>(null);
  return { username, password, busy, trouble, submit };

  async function submit(): Promise<void> {
    if (busy.value) return;
    app.annunciator.unlock();
    busy.value = true;
    const problem = await app.session.logIn(username.value.trim(), password.value);
    busy.value = false;
    trouble.value = problem === null ? null : troubleOf(problem);
    if (problem === null) app.router.replace(safeReturn(app.router.route.value.query.get('next')));
    else password.value = '';
  }
}

function troubleOf(problem: Problem): string {
  if (problem.status === 0 || problem.status >= 500) return 'unreachable';
  if (/lock/.test(problem.code) || problem.status === 423) return 'locked';
  if (/throttl|too-many|rate/.test(problem.code) || problem.status === 429) return 'throttled';
  return problem.status === 401 || problem.status === 403 || problem.status === 400 ? 'wrong' : 'failed';
}
