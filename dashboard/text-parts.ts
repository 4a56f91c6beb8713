/**
 * Splits the Chinese texts in two when the console is built: `zh-CN.json?first` holds what list, dialogs and bars say and comes
 * with the shell, `zh-CN.json?rest` everything else and follows at once. The file itself stays one.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

/** Groups of the shell. A new group is in the rest unless it is named here. */
const FIRST: ReadonlySet<string> = new Set([
  ...['app', 'words', 'login', 'header', 'counts', 'level', 'tab', 'list', 'column', 'alarm', 'state'],
  ...['suppression', 'action', 'dialog', 'notice', 'stale', 'sound', 'live', 'lifeline', 'quantity', 'rule'],
  ...['nav', 'shell', 'area', 'detail', 'reading', 'figure', 'operand', 'incident', 'flood', 'search'],
]);

const PART = /^(.*\/text\/zh-CN\.json)\?(first|rest)$/;

export function textParts(): Plugin {
  return {
    name: 'text-parts',
    enforce: 'pre',
    load: {
      filter: { id: PART },
      async handler(id) {
        const [, file = '', part] = PART.exec(id) ?? [];
        const groups = Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
        const chosen = Object.fromEntries(groups.filter(([name]) => FIRST.has(name) === (part === 'first')));
        return { code: `export default ${JSON.stringify(chosen)}`, moduleType: 'js' };
      },
    },
  };
}
