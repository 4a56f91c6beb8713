/** Why a rule across points rang: which points decided, by name. */
import type { Explanation } from '#domain/alarm.ts';
import { deciding, type Join } from './join.ts';

/** Deciding points named at most; the count says how many there are. */
const NAMED_MAX = 10;

/** `params` are those of every limit alarm; the code says what kind of join it was. */
export function joinExplanation(join: Join, params: Explanation['params']): Explanation {
  const which = deciding(join);
  const named = which
    .slice(0, NAMED_MAX)
    .map(({ id, seen, doubt }) => `${id} = ${writtenSignal(Number.isNaN(doubt) ? seen : doubt)}`);
  return {
    code: codeOf(join),
    params: {
      ...params,
      which: named.join(', '),
      count: which.length,
      members: join.members.length,
      ...namesOf(join),
      ...(join.withinM === null ? {} : { withinM: join.withinM }),
    },
  };
}

/** The names its conditions use, in the order of the points that stand for them. */
const namesOf = ({ composite }: Join): Explanation['params'] =>
  composite === null ? {} : { names: composite.names.map(({ name }) => name).join(', ') };

function codeOf(join: Join): string {
  if (join.kind === 'relation') return `relation-${join.tells}`;
  if (join.kind === 'k-of-n') return join.withinM === null ? 'k-of-n' : 'k-of-n-near';
  return join.kind;
}

const writtenSignal = (value: number): string =>
  Number.isNaN(value) ? '?' : String(Number(value.toPrecision(4)));
