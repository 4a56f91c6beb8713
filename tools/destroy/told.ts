/** How a person learns of what was refused: the counter of that reason in the metrics. */
import type { ProcessCity } from './process-city.ts';

/** How often something was refused for `reason`. */
export async function refusedSoFar(city: ProcessCity, reason: string): Promise<number> {
  const answer = await fetch(`${city.platform().http}/metrics`, {
    headers: { authorization: `Bearer ${city.api().token}` },
  });
  if (answer.status !== 200) throw new Error(`/metrics: ${answer.status}`);
  const line = new RegExp(`^lifeline_rejected_total\\{reason="${reason}"\\} (\\d+)`, 'm');
  return Number(line.exec(await answer.text())?.[1] ?? 0);
}

/** Somebody who looks at the metrics learns of what was refused for `reason`; a breach when not. */
export async function toldByMetric(city: ProcessCity, reason: string): Promise<void> {
  const count = await refusedSoFar(city, reason);
  if (count > 0) city.told(`${count} in lifeline_rejected_total{reason="${reason}"}`);
  else city.breach(`nothing was counted as ${reason}`);
}
