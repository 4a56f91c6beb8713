/** The names of people, for whoever reads alarms: who took one, and who is on duty. No numbers, no roles. */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { onCallSeen } from '../rights.ts';
import { answers, page } from '../schemas/basics.ts';
import type { Api } from './api.ts';

const config = { right: 'read-alarms' as const };

export function peopleRoutes(app: Api, context: Context): void {
  const namesSchema = {
    tags: ['people'],
    summary: 'What people are called that stand in alarms by their log-in names; retired people too',
    response: answers(
      200,
      page(Type.Object({ username: Type.String(), name: Type.String() })),
      'Everybody who has a name',
    ),
  };
  app.get('/people', { config, schema: namesSchema }, () => ({
    items: context.users
      .all()
      .flatMap(({ username, name }) => (name === undefined || name === '' ? [] : [{ username, name }])),
    next: null,
  }));

  const dutySchema = {
    tags: ['people'],
    summary: 'Who is on duty by the on-call list in force: the first to be told, then their leaders',
    description:
      'For the part of the city that the asker sees. Names alone: the list itself has the numbers.',
    response: answers(
      200,
      page(Type.Object({ name: Type.String(), leads: Type.Boolean() })),
      'Each person once',
    ),
  };
  app.get('/people/on-duty', { config, schema: dutySchema }, (request) => {
    const list = context.alerts?.onCall().list ?? null;
    if (list === null) return { items: [], next: null };
    const { entries, persons } = onCallSeen(viewerIn(request), context.city.registry(), list);
    const called = new Map(persons.map(({ id, name }) => [id, name]));
    const first = new Set(entries.flatMap(({ steps }) => steps[0]?.persons ?? []));
    const leaders = new Set(entries.flatMap((entry) => entry.leaders));
    const items = [...first, ...leaders].flatMap((id, at) => {
      const name = called.get(id);
      const leads = at >= first.size;
      return name === undefined || (leads && first.has(id)) ? [] : [{ name, leads }];
    });
    return { items, next: null };
  });
}
