/** What the server refused, in words: for the whole form, and for the field it names. */
import type { Problem } from '../api/http.ts';
import { useText } from '../text/language.ts';

export function useProblemWords(): (problem: Problem) => string {
  const { t, coded } = useText();
  return (problem) => {
    if (problem.status === 0) return t('problem.unreachable');
    const word = coded('problem', problem.code);
    return problem.detail === '' || word !== problem.code ? word : `${word}: ${problem.detail}`;
  };
}
