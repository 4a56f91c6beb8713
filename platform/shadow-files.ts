/** The folders of shadows in the data directory: what each judges, how it stands, and what it found. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShadowOutcome, ShadowView } from '#domain/contract/shadow.ts';
import { OUTCOME_FILE, REQUEST_FILE, type ShadowRequest } from './shadow-judge.ts';

const VIEW_FILE = 'shadow.json';
const NAME = /^\d{15}-[0-9a-f]{12}$/;

/** Shadows that are over and still kept. */
const KEPT_MAX = 20;

export function openShadowFiles(directory: string) {
  const root = join(directory, 'shadows');
  const folderOf = ({ startedAt, id }: Pick<ShadowView, 'startedAt' | 'id'>): string =>
    join(root, `${String(startedAt).padStart(15, '0')}-${id}`);

  /** Without what it found while it runs: its process writes that. */
  function keep(view: ShadowView): void {
    const folder = folderOf(view);
    write(join(folder, VIEW_FILE), isOver(view) ? view : { ...view, outcome: null });
    if (!isOver(view)) return;
    for (const name of readdirSync(folder))
      if (name !== VIEW_FILE) rmSync(join(folder, name), { force: true });
  }

  return {
    folderOf,
    keep,
    begin(view: ShadowView, request: ShadowRequest): void {
      const folder = folderOf(view);
      mkdirSync(folder, { recursive: true });
      write(join(folder, REQUEST_FILE), request);
      keep(view);
    },
    /** Newest first. A folder that a power cut left without its view is no shadow, and goes. */
    all(): ShadowView[] {
      mkdirSync(root, { recursive: true });
      const views: ShadowView[] = [];
      for (const name of readdirSync(root)
        .filter((one) => NAME.test(one))
        .sort()
        .reverse()) {
        const view = read<ShadowView>(join(root, name, VIEW_FILE));
        if (view === null) rmSync(join(root, name), { recursive: true });
        else
          views.push(
            isOver(view) ? view : { ...view, outcome: read<ShadowOutcome>(join(root, name, OUTCOME_FILE)) },
          );
      }
      return views;
    },
    /** Drops the oldest of those that are over. */
    prune(views: readonly ShadowView[]): ShadowView[] {
      const over = views.filter(isOver).slice(KEPT_MAX);
      for (const view of over) rmSync(folderOf(view), { recursive: true, force: true });
      return views.filter((view) => !over.includes(view));
    },
  };
}

export const isOver = ({ state }: Pick<ShadowView, 'state'>): boolean =>
  state === 'ended' || state === 'failed';

/** Null when it is not there or not whole. */
function read<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}

function write(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(content));
  renameSync(`${path}.new`, path);
}
