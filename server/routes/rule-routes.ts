/** Rules in force, every version, and drafts on their way: written, judged on history, published by a second person. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { RuleChanges, RuleDraft, RulesOrder } from '#domain/rule-book.ts';
import { demandWholeCity } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageById, pageSize, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problems.ts';
import type { RulesPort } from '../rules-port.ts';
import { answers, orNull, page, PageQuery } from '../schemas/basics.ts';
import * as shapes from '../schemas/rules.ts';
import { place, type Api } from './api.ts';

const Path = Type.Object({ id: Type.String({ maxLength: 64 }) });
const VersionPath = Type.Object({ number: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }) });
const Paged = Type.Object(PageQuery, { additionalProperties: false });
const READ = { right: 'read-rules' as const };
const DRAFT = { right: 'draft-rules' as const };
const tags = ['rules'];

export function ruleRoutes(app: Api, context: Context, rules: RulesPort): void {
  readRoutes(app, context, rules);
  draftRoutes(app, context, rules);
  orderRoutes(app, context);
}

function readRoutes(app: Api, context: Context, rules: RulesPort): void {
  const listSchema = {
    ...{ tags, summary: 'The rules in force', querystring: Paged },
    response: answers(200, page(shapes.RuleShape), 'By id'),
  };
  app.get('/rules', { config: READ, schema: listSchema }, (request) => {
    const items = rules.book().inForce.rules.map((rule) => ({
      ...{ id: rule.id, version: rule.version, document: rule },
    }));
    return pageById(
      'rules',
      items.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      request.query,
    );
  });

  const settingsSchema = {
    ...{ tags, summary: 'The settings in force, and whether the product brings an update' },
    response: answers(
      200,
      Type.Object({
        version: Type.Integer({ description: 'In force' }),
        settings: Type.Object({}),
        updateWaiting: orNull(Type.String({ description: 'What `POST /rules/drafts/merge` would take in' })),
      }),
      'As in a settings file',
    ),
  };
  app.get('/rules/settings', { config: READ, schema: settingsSchema }, () => {
    const { inForce, versions, updateWaiting } = rules.book();
    return { version: versions[0]?.number ?? 0, settings: inForce.settings, updateWaiting };
  });

  const oneSchema = {
    ...{ tags, summary: 'One rule, and every version that changed it, oldest first', params: Path },
    response: answers(
      200,
      Type.Object({
        id: Type.String(),
        rule: Type.Union([shapes.RuleShape.properties.document, Type.Null()]),
        versions: Type.Array(shapes.RuleStepShape),
      }),
      'The rule; null when it is not in force any more',
    ),
  };
  app.get('/rules/:id', { config: READ, schema: oneSchema }, async (request) => {
    const { id } = request.params;
    const rule = rules.book().inForce.rules.find((one) => one.id === id) ?? null;
    const versions = await context.ledger.ruleSteps(id);
    if (rule === null && versions.length === 0) throw new Problem('not-found', `no rule ${id}`);
    return { id, rule, versions };
  });

  const versionsSchema = {
    ...{ tags, summary: 'Every version of the catalogue, newest first', querystring: Paged },
    response: answers(200, page(shapes.VersionShape), 'Who published it, why, and on which back-test'),
  };
  app.get('/rules/versions', { config: READ, schema: versionsSchema }, (request) => {
    const { cursor, limit } = request.query;
    const before =
      cursor === undefined ? Infinity : Number(readCursor('rule-versions', cursor, ['number'])[0]);
    const older = rules.book().versions.filter(({ number }) => number < before);
    const items = older.slice(0, pageSize(limit));
    const last = items.at(-1);
    const more = older.length > items.length && last !== undefined;
    return { items, next: more ? writeCursor('rule-versions', [last.number]) : null };
  });

  const versionSchema = {
    ...{ tags, summary: 'One version with its whole content', params: VersionPath },
    response: answers(
      200,
      Type.Object({ version: shapes.VersionShape, content: Type.Object({}) }),
      'As it was put in force',
    ),
  };
  app.get('/rules/versions/:number', { config: READ, schema: versionSchema }, async (request) => {
    const number = Number(request.params.number);
    const version = rules.book().versions.find((one) => one.number === number);
    if (version === undefined) throw new Problem('not-found', `no version ${number}`);
    return { version, content: await contentOf(context, number) };
  });
}

function draftRoutes(app: Api, context: Context, rules: RulesPort): void {
  const listSchema = {
    ...{ tags, summary: 'Drafts of the next version', querystring: Paged },
    response: answers(200, page(shapes.DraftShape), 'By id'),
  };
  app.get('/rules/drafts', { config: READ, schema: listSchema }, (request) =>
    pageById('rule-drafts', draftsOf(rules), request.query),
  );

  const oneSchema = {
    ...{ tags, summary: 'One draft', params: Path },
    response: answers(200, shapes.DraftShape, 'The draft'),
  };
  app.get('/rules/drafts/:id', { config: READ, schema: oneSchema }, (request) =>
    draftIn(rules, request.params.id),
  );

  const validateSchema = {
    ...{ tags, summary: 'What would be wrong with a draft of these changes', body: shapes.ChangesBody },
    response: answers(200, shapes.AssessmentShape, 'Faults rule by rule; nothing is kept'),
  };
  app.post('/rules/validate', { config: DRAFT, schema: validateSchema }, (request) => {
    demandWholeCity(context, request);
    const { faults, content } = rules.assess(changesIn(request.body));
    return { faults, content };
  });

  const draftSchema = {
    tags,
    summary: 'A new draft',
    description:
      'Changes of the version in force. A rule with another content than any before gets the next free version of its ' +
      'own. Refused as a whole with 422 `rules-invalid` and one error a rule.',
    body: shapes.NewDraftBody,
    response: answers(200, shapes.DraftShape, 'The draft as kept'),
  };
  app.post('/rules/drafts', { config: DRAFT, schema: draftSchema }, (request) => {
    const { id, title = '', ...changes } = request.body;
    demandFree(rules, id);
    return save(context, request, {
      draft: id,
      revision: 0,
      title,
      changes: changesIn(changes),
      merges: null,
    });
  });

  const editSchema = {
    ...{ tags, summary: 'Saves a draft again, on the version now in force', params: Path },
    description: 'What is left out stays. Its back-test counts no longer unless the content is the same.',
    body: shapes.DraftBody,
    response: answers(200, shapes.DraftShape, 'The draft as kept'),
  };
  app.patch('/rules/drafts/:id', { config: DRAFT, schema: editSchema }, (request) => {
    const before = draftIn(rules, request.params.id);
    const { revision, title = before.title, ...given } = request.body;
    const changes = changesIn({ ...before.changes, ...given });
    return save(context, request, { draft: before.id, revision, title, changes, merges: before.merges });
  });

  const backSchema = {
    ...{ tags, summary: 'A draft that brings an older version back', params: VersionPath },
    description: 'Published by a second person; it was in force before and needs no back-test.',
    body: shapes.FromBody,
    response: answers(200, shapes.DraftShape, 'The draft'),
  };
  app.post('/rules/versions/:number/draft', { config: DRAFT, schema: backSchema }, async (request) => {
    const { number } = request.params;
    demandFree(rules, request.body.id);
    const changes = rules.changesTo(await contentOf(context, Number(number)));
    const draft = { draft: request.body.id, revision: 0, title: `${number}`, changes, merges: null };
    return save(context, request, draft);
  });

  const mergeSchema = {
    ...{ tags, summary: 'A draft that takes in what the product brings', body: shapes.FromBody },
    description:
      'Rule by rule: what only the product changed follows it, what people changed stays. `conflicts` names the rules and ' +
      'settings that both changed.',
    response: answers(
      200,
      Type.Object({ draft: shapes.DraftShape, conflicts: Type.Array(Type.String()) }),
      'The draft, and what to look at',
    ),
  };
  app.post('/rules/drafts/merge', { config: DRAFT, schema: mergeSchema }, async (request) => {
    demandFree(rules, request.body.id);
    const { updateWaiting: merges } = rules.book();
    if (merges === null) throw new Problem('nothing-changed', 'the product brings nothing new');
    const { changes, conflicts } = rules.merge();
    const order = { draft: request.body.id, revision: 0, title: 'merge', changes, merges };
    return { draft: await save(context, request, order), conflicts };
  });
}

function orderRoutes(app: Api, context: Context): void {
  const discardSchema = {
    ...{ tags, summary: 'Throws a draft away', params: Path, body: shapes.RevisionBody },
    response: answers(200, Type.Object({}), 'It is gone'),
  };
  app.post('/rules/drafts/:id/discard', { config: DRAFT, schema: discardSchema }, (request) => {
    const { revision } = request.body;
    return order(
      context,
      request,
      { order: 'discard-draft', draft: request.params.id, revision },
      () => ({}),
    );
  });

  const publishSchema = {
    ...{ tags, summary: 'Puts a draft in force', params: Path, body: shapes.PublishBody },
    description:
      'Needs a finished back-test of exactly this content over all facilities (409 `run-needed`) and at least the last ' +
      'seven days, or all there is (409 `run-too-little`), since which at most a twentieth of the points changed (409 ' +
      '`run-registry-changed`), and a person who wrote nothing of it (403 ' +
      '`second-person-publishes`). Takes force at its place in the journal.',
    response: answers(200, shapes.VersionShape, 'The version now in force'),
  };
  app.post(
    '/rules/drafts/:id/publish',
    { config: { right: 'publish-rules' }, schema: publishSchema },
    (request) => {
      const { revision, why } = request.body;
      return order(context, request, { order: 'publish', draft: request.params.id, revision, why });
    },
  );
}

type Saved = Omit<Extract<RulesOrder, { order: 'save-draft' }>, 'order'>;
const save = (context: Context, request: FastifyRequest, saved: Saved): Promise<unknown> =>
  order(context, request, { order: 'save-draft', ...saved });

/** Rules are those of the whole city. */
function order(
  context: Context,
  request: FastifyRequest,
  what: RulesOrder,
  present: (body: unknown) => unknown = (body) => body,
): Promise<unknown> {
  demandWholeCity(context, request);
  return place(context, request, (by) => ({
    command: { kind: 'command', command: 'rules', by, order: what },
    present,
  }));
}

const changesIn = (given: {
  rules?: readonly unknown[];
  removed?: readonly string[];
  settings?: object;
}): RuleChanges => ({
  rules: given.rules ?? [],
  removed: given.removed ?? [],
  settings: { ...given.settings },
});

const draftsOf = (rules: RulesPort): RuleDraft[] =>
  rules.book().drafts.toSorted((a, b) => (a.id < b.id ? -1 : 1));

function demandFree(rules: RulesPort, id: string): void {
  if (draftsOf(rules).some((draft) => draft.id === id)) throw new Problem('exists', `draft ${id}`);
}

function draftIn(rules: RulesPort, id: string): RuleDraft {
  const draft = rules.book().drafts.find((one) => one.id === id);
  if (draft === undefined) throw new Problem('not-found', `no draft ${id}`);
  return draft;
}

async function contentOf(context: Context, number: number) {
  const content = await context.ledger.ruleContent(number);
  if (content === null) throw new Problem('not-found', `no version ${number}`);
  return content;
}
