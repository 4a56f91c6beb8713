/** An alarm that a person raises: somebody called (来电), or saw it on patrol (巡查). */
import type { FastifyRequest } from 'fastify';
import type { RaisedPlace } from '#domain/raise.ts';
import { alarmViewer, isAlarm, viewOfAnswer } from '../alarm-view.ts';
import { refused, viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { inScope, NOWHERE, placeOfFacility } from '../rights.ts';
import { AlarmShape, RaiseBody } from '../schemas/alarm.ts';
import { answers } from '../schemas/basics.ts';
import { place, type Api } from './api.ts';

export function raiseRoute(app: Api, context: Context): void {
  const schema = {
    tags: ['alarms'],
    summary: 'An alarm that a person raises: somebody called, or it was seen on patrol',
    description:
      'It rings like any other and never returns by itself: take it, verify, end it with `reset`. The same subject of ' +
      'the same person at the same place is one alarm while it is open; a worse colour lifts it. The answer is the ' +
      'alarm: 201 when it is new, 200 when it stood already; other words about it then stand as a note in its history.',
    body: RaiseBody,
    response: {
      ...answers(201, AlarmShape, 'The new alarm'),
      ...answers(200, AlarmShape, 'The alarm that stood'),
    },
  };
  app.post('/alarms', { config: { right: 'raise' }, schema }, async (request, reply) => {
    const { heard, subject, text, colour, facility = null, area = null, lifeline = null } = request.body;
    const where = { facility, area, lifeline };
    demandOwnPlace(context, request, where);
    const before = new Set(context.city.openAlarms().map(({ id }) => id));
    const alarm = await place(context, request, (by) => ({
      command: {
        ...{ kind: 'raise', source: 'person', by, subject, text, colour, ...where },
        ...(heard === undefined ? {} : { heard }),
      },
      present: (raised) => viewOfAnswer(raised, alarmViewer(viewerIn(request), context.city)),
    }));
    return reply.code(isAlarm(alarm) && before.has(alarm.id) ? 200 : 201).send(alarm);
  });
}

/** What does not exist is the engine's to refuse; what lies outside one's scope is refused here. */
function demandOwnPlace(context: Context, request: FastifyRequest, where: RaisedPlace): void {
  const viewer = viewerIn(request);
  const registry = context.city.registry();
  const { facility, area, lifeline } = where;
  if (facility !== null && !registry.facilities.has(facility)) return;
  const at = facility === null ? { ...NOWHERE, area, lifeline } : placeOfFacility(registry, facility);
  if (inScope(viewer, at)) return;
  refused(context, request, viewer, 'out-of-scope');
  throw new Problem('out-of-scope');
}
