/** Choosing, filtering and keys on the replay: every change is a new address, and nothing can be ordered. */
import { computed, shallowRef } from 'vue';
import type { App } from '../context.ts';
import { keyPlace } from '../live/key-place.ts';
import type { DutyPage } from '../pages/duty-page.ts';
import { neighbour } from '../store/list-view.ts';
import { replayAddress, type ReplayView } from '../store/replay-view.ts';
import type { ReplayConsole } from './replay-console.ts';

export type ReplayMoves = {
  view(): ReplayView;
  /** Moves the second on screen. */
  step(seconds: number): void;
  /** To the next event, or the one before. */
  jump(by: 1 | -1): void;
  toggle(): void;
  leave(): void;
  trend(): void;
};

export function createReplayPage(
  app: App,
  past: ReplayConsole,
  live: DutyPage,
  moves: ReplayMoves,
): DutyPage {
  const none = () => undefined;
  const go = (change: Partial<ReplayView>) =>
    app.router.replace(replayAddress({ ...moves.view(), ...change }));
  const page: DutyPage = {
    dialog: live.dialog,
    selected: computed(() => {
      const { selected } = past.picture.value;
      return selected === null ? null : (past.alarm(selected) ?? null);
    }),
    offered: computed(() => null),
    focus: { list: none, search: none, detail: none, groups: null },
    marked: shallowRef(new Set()),
    select: (alarm) => go({ alarm }),
    filter: (change) => page.see({ filter: { ...past.picture.value.seen.filter, ...change } }),
    see: (change) => go({ seen: { ...moves.view().seen, ...change } }),
    take: none,
    ask: none,
    takable: () => [],
    takeMany: none,
    order: async () => ({ kind: 'held' }),
    orderMany: async () => undefined,
    undo: () => false,
    report: () => false,
    mark: none,
    onKey(event) {
      if (event.ctrlKey || event.altKey || event.metaKey || live.dialog.value !== null) return;
      const place = keyPlace(event.target);
      if (event.key === 'Escape') moves.leave();
      else if (place !== 'page' || !perform(event)) return;
      event.preventDefault();
    },
  };
  return page;

  function perform({ key, shiftKey }: KeyboardEvent): boolean {
    const singles = app.preferences.singleKeys.value;
    const letter = singles ? key.toLowerCase() : '';
    if (key === ' ') moves.toggle();
    else if (key === 'ArrowLeft') moves.step(shiftKey ? -10 : -1);
    else if (key === 'ArrowRight') moves.step(shiftKey ? 10 : 1);
    else if (key === 'PageUp') moves.jump(-1);
    else if (key === 'PageDown') moves.jump(1);
    else if (key === 'ArrowDown' || letter === 'j') return choose(1);
    else if (key === 'ArrowUp' || letter === 'k') return choose(-1);
    else if (letter === 't') moves.trend();
    else return false;
    return true;
  }
  function choose(by: number): boolean {
    const next = neighbour(past.picture.value.view, past.picture.value.selected, by);
    if (next !== null) page.select(next);
    return next !== null;
  }
}
