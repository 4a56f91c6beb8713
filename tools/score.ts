/**
 * `npm run score -- --data DIR [--only NAME …] [--json]`: the engine on labelled data sets, with settings that follow from
 * quantity and report interval (tools/score/settings.ts). A data set whose folder is absent is named and left out.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scoreBatadal } from './score/batadal.ts';
import { scoreChilbolton } from './score/chilbolton.ts';
import { scoreHouseMill, scoreNyc } from './score/floods.ts';
import { scoreNab } from './score/nab.ts';
import type { ScoreLine } from './score/score-line.ts';
import { scoreSkab } from './score/skab.ts';
import { scoreTep } from './score/tep.ts';

const SETS: readonly {
  readonly name: string;
  readonly folder: string;
  score(folder: string): ScoreLine[];
}[] = [
  { name: 'chilbolton', folder: 'gas-methane-chilbolton', score: scoreChilbolton },
  { name: 'batadal', folder: 'water-batadal', score: scoreBatadal },
  { name: 'nab', folder: 'anomaly-nab', score: scoreNab },
  { name: 'skab', folder: 'anomaly-skab', score: scoreSkab },
  { name: 'house-mill', folder: 'flood-tidal-housemill', score: scoreHouseMill },
  { name: 'nyc', folder: 'flood-street-nyc', score: scoreNyc },
  { name: 'tep', folder: 'chem-tep', score: scoreTep },
];

const HEAD = '| data set | figure | reference | |';
const RULE = '| --- | --- | --- | --- |';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});

if (flags.data === undefined) {
  console.error('score: name the folder of the data sets: --data DIR');
  process.exitCode = 2;
} else run(flags.data);

function run(data: string): void {
  const lines: ScoreLine[] = [];
  for (const { name, folder, score } of SETS) {
    if (flags.only !== undefined && !flags.only.includes(name)) continue;
    if (!existsSync(join(data, folder))) console.error(`score: ${folder} is not there, ${name} left out`);
    else lines.push(...score(join(data, folder)));
  }
  if (flags.json) console.log(JSON.stringify(lines, null, 2));
  else for (const line of [HEAD, RULE, ...lines.map(written)]) console.log(line);
}

function written({ set, figure, reference, reached }: ScoreLine): string {
  const verdict = reached === null ? '' : reached ? 'reached' : '**falls short**';
  return `| ${set} | ${figure} | ${reference} | ${verdict} |`;
}
