/** `npm run destroy` in short: acts that are short, a few times, and the command says so when something is lost. */
import { expect, it } from 'vitest';
import { account } from '#tools/destroy/act.ts';
import { ACTS } from '#tools/destroy/acts.ts';
import { runActs } from '#tools/destroy/run-acts.ts';

const lines: string[] = [];
const print = (line: string): void => void lines.push(line);

it.each(ACTS.filter(({ counts }) => counts.test > 0).map((act) => [act.name, act] as const))(
  '%s',
  async (_, act) => {
    lines.length = 0;
    const breached = await runActs({ acts: [act], size: 'test', seed: 1, countOf: () => null, print });
    console.log(lines.join('\n'));
    expect(breached, lines.join('\n')).toBe(false);
  },
  600_000,
);

it.each([
  ['lost', { acknowledged: 9, lost: 1 }, '1 acknowledged records are lost'],
  ['doubled', { doubled: 2 }, '2 records count twice'],
  ['silent', { alarms: 3, alarmsLost: 1 }, '1 alarms did not come'],
  ['shouting', { alarmsDoubled: 1 }, '1 alarms came twice'],
  ['growing', { peakRssMb: 5_000 }, 'a platform held 5000 MB'],
])('an act that comes out %s is a breach, with the command that repeats it', async (name, figures, line) => {
  lines.length = 0;
  const run = async () => account(figures);
  const act = { name, does: name, counts: { test: 7, usual: 8, full: 9 }, run };
  const plan = { acts: [act], size: 'test' as const, seed: 5, countOf: () => null, print };
  expect(await runActs(plan)).toBe(true);
  expect(lines.join('\n')).toContain(line);
  expect(lines.join('\n')).toContain(`npm run destroy -- --seed 5 --only ${name} --${name} 7`);
});
