/** Back-tests of drafts: one at a time, in a process of its own that yields to everything else. */
import { Type } from 'typebox';
import { demandWholeCity, personIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { parseInstant } from '../instant.ts';
import { Problem } from '../problems.ts';
import type { RulesPort } from '../rules-port.ts';
import { answers, page } from '../schemas/basics.ts';
import { RunBody, RunShape } from '../schemas/rules.ts';
import { type Api, noteOrder } from './api.ts';

const Path = Type.Object({ id: Type.String({ maxLength: 64 }) });
const DRAFT = { right: 'draft-rules' as const };
const READ = { right: 'read-rules' as const };
const tags = ['rules'];
/** A year; the store may keep less. */
const LONGEST_MS = 366 * 86_400_000;

export function backtestRoutes(app: Api, context: Context, rules: RulesPort): void {
  const startSchema = {
    tags,
    summary: 'Judges a draft on stored history beside the version in force',
    description:
      'Answers at once; ask for it again until it has finished. 409 `backtest-busy` while another runs, 503 ' +
      '`disk-nearly-full` while the disk needs its rest.',
    body: RunBody,
    response: answers(202, RunShape, 'It runs'),
  };
  app.post('/rules/backtest', { config: DRAFT, schema: startSchema }, (request, reply) => {
    demandWholeCity(context, request);
    const { draft, facilities = null, labels = [] } = request.body;
    const [from, to] = [parseInstant('from', request.body.from), parseInstant('to', request.body.to)];
    if (!(from < to) || to - from > LONGEST_MS)
      throw new Problem('invalid-request', 'to: after from, and at most a year later');
    const known = labels.map(({ from: begin, to: end, ...label }) => ({
      ...label,
      from: parseInstant('labels', begin),
      to: parseInstant('labels', end),
    }));
    const started = rules.startRun({ draft, from, to, facilities, labels: known }, personIn(request));
    if (!started.ok) throw new Problem(started.code);
    noteOrder(context, request, 'backtest.start', started.run.id, { draft, content: started.run.content });
    void reply.code(202);
    return started.run;
  });

  const listSchema = {
    ...{ tags, summary: 'Back-tests, newest first, without their differences' },
    response: answers(200, page(RunShape), 'The last ones'),
  };
  app.get('/rules/backtest', { config: READ, schema: listSchema }, () => ({
    items: rules.runs().map((run) => ({ ...run, outcome: null })),
    next: null,
  }));

  const oneSchema = {
    ...{ tags, summary: 'One back-test: how far it is, and what it found', params: Path },
    response: answers(200, RunShape, 'The run'),
  };
  app.get('/rules/backtest/:id', { config: READ, schema: oneSchema }, (request) => {
    const run = rules.runs().find(({ id }) => id === request.params.id);
    if (run === undefined) throw new Problem('not-found', `no back-test ${request.params.id}`);
    demandWholeCity(context, request);
    return run;
  });

  const cancelSchema = {
    ...{ tags, summary: 'Ends a back-test that runs', params: Path },
    response: answers(200, Type.Object({}), 'It ends'),
  };
  app.post('/rules/backtest/:id/cancel', { config: DRAFT, schema: cancelSchema }, (request) => {
    demandWholeCity(context, request);
    const { id } = request.params;
    if (!rules.cancelRun(id, personIn(request))) throw new Problem('not-found', 'no such back-test runs');
    noteOrder(context, request, 'backtest.cancel', id);
    return {};
  });
}
