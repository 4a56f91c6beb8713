/** What kind of judgement an alarm rests on, by the code of its explanation. Pure. */
import type { Alarm } from './alarm.ts';

type Explained = Pick<Alarm, 'explanation'>;

const JOINED = /^(k-of-n|k-of-n-near|combined|mismatch|relation-difference|relation-ratio|composite)$/;

/** Several points, or several readings of one, decided together: its point need not be among those that decided. */
export const isJoined = ({ explanation }: Explained): boolean => JOINED.test(explanation.code);

/** Made of several readings (a sum, a rate, a time to a limit, a difference): neither value nor limit is one of the point's own. */
export const isDerived = ({ explanation }: Explained): boolean =>
  /^(window|rate|eta|frozen|deviation|relation)-/.test(explanation.code);
