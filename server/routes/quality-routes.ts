/** How good the alarms are and how well the city is watched, over a period. */
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { askQuality } from '../quality.ts';
import { answers } from '../schemas/basics.ts';
import { QualityQueryShape, QualityShape } from '../schemas/quality.ts';
import type { Api } from './api.ts';

export function qualityRoutes(app: Api, context: Context): void {
  const schema = {
    tags: ['alarms'],
    summary: 'Alarm quality (ISA-18.2, EEMUA 191), response in time, 在线率 and valid data of a period',
    description:
      'Counted from the ledger within your scope, in all and by owner unit, county or lifeline. Rings are what people ' +
      'heard; a question for an answer counts once until somebody takes the alarm. An answer stands for a minute; one ' +
      'question is counted at a time: 503 `busy` when another is.',
    querystring: QualityQueryShape,
    response: answers(200, QualityShape, 'The figures'),
  };
  app.get('/quality', { config: { right: 'read-quality' }, schema }, (request) => {
    const { from, to, by = 'all' } = request.query;
    return askQuality(context, {
      ...(from === undefined ? {} : { from: parseInstant('from', from) }),
      ...(to === undefined ? {} : { to: parseInstant('to', to) }),
      by,
      scope: viewerIn(request).scope,
    });
  });
}
