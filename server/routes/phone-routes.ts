/**
 * `/n/<token>`: the page behind the link in a message. Whoever holds the link is let in, to this page alone. A GET shows
 * it and marks nothing: chat robots and mail scanners fetch links too. "Opened" is marked by the small picture that a
 * browser loads with the page, and only by a GET of it; an answer is a form's POST.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Answer } from '#domain/event.ts';
import type { NotificationItem, NotificationReport, PhoneAnswer } from '#domain/notification.ts';
import { PHONE_ANSWERS } from '#domain/notification.ts';
import type { AlertsPort } from '../alerts-port.ts';
import { ANSWER_WITHIN_MS } from '../commands.ts';
import type { Context } from '../context.ts';
import { alarmPage, type Closed, closedPage } from '../phone/page-view.ts';
import { PAGE_STYLE } from '../phone/page-style.ts';

const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** One transparent point. */
const POINT_GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const FORM_MAX_BYTES = 1_024;
const STATUS: Readonly<Record<Closed, number>> = { expired: 410, tampered: 404, unknown: 404, waiting: 503 };

type Keyed = { Params: { token: string } };

export function phoneRoutes(app: FastifyInstance, context: Context, alerts: AlertsPort): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_MAX_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  const once = createOnce();
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', CONTENT_POLICY);
    reply.header('referrer-policy', 'no-referrer');
    reply.header('x-robots-tag', 'noindex');
  });

  app.get('/n/page.css', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(PAGE_STYLE),
  );

  app.get<Keyed>('/n/:token', async (request, reply) => {
    const key = enter(context, alerts, request.params.token);
    if (!key.ok) return close(reply, key.why);
    return show(context, alerts, reply, request.params.token, key.id);
  });

  // No HEAD: what only looks whether a picture is there has not seen the page.
  app.get<Keyed>('/n/:token/seen.gif', { exposeHeadRoute: false }, async (request, reply) => {
    const key = enter(context, alerts, request.params.token);
    if (key.ok && isNews(alerts, key.id, 'opened')) void once(alerts, key.id, { report: 'opened' });
    return reply.header('cache-control', 'no-store').type('image/gif').send(POINT_GIF);
  });

  app.post<Keyed>('/n/:token', async (request, reply) => {
    const { token } = request.params;
    const key = enter(context, alerts, token);
    if (!key.ok) return close(reply, key.why);
    const said = request.body instanceof URLSearchParams ? request.body.get('answer') : null;
    const answer = PHONE_ANSWERS.find((known) => known === said);
    if (answer === undefined) return close(reply, 'unknown');
    if (alerts.item(key.id) === undefined) return close(reply, 'unknown');
    const saying = { report: 'answer', answer, address: request.ip } as const;
    const done = isNews(alerts, key.id, answer) ? await within(context, once(alerts, key.id, saying)) : KNOWN;
    if (done === null) return close(reply, 'waiting');
    if (!done.ok) return close(reply, 'unknown');
    return reply.redirect(`/n/${encodeURIComponent(token)}`, 303);
  });
}

const KNOWN: Answer = { ok: true, body: null };

/** Whether saying it would change anything: what would not is not journaled, however often a link is fetched. */
function isNews(alerts: AlertsPort, id: string, said: PhoneAnswer | 'opened'): boolean {
  const item = alerts.item(id);
  if (item === undefined) return false;
  return said === 'opened'
    ? item.times.opened === undefined && item.state !== 'acknowledged'
    : item.answers[said] === undefined;
}

/** Who says the same thing again while it waits for the disk joins the first. */
function createOnce() {
  const waiting = new Map<string, Promise<Answer>>();
  return (alerts: AlertsPort, id: string, report: PhoneReport): Promise<Answer> => {
    const key = `${id} ${report.report === 'answer' ? report.answer : ''}`;
    const known = waiting.get(key);
    if (known !== undefined) return known;
    const answer = alerts.report(id, report).finally(() => waiting.delete(key));
    waiting.set(key, answer);
    return answer;
  };
}

type PhoneReport = Extract<NotificationReport, { report: 'opened' | 'answer' }>;

type Entered = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly why: Closed };

/** Keys that open nothing are counted: a guesser shows in the metrics. */
function enter(context: Context, alerts: AlertsPort, token: string): Entered {
  const key = alerts.readKey(token);
  if (key.ok) return key;
  context.metrics.rejected(`page-token-${key.reason}`);
  return { ok: false, why: key.reason };
}

async function show(
  context: Context,
  alerts: AlertsPort,
  reply: FastifyReply,
  token: string,
  id: string,
): Promise<FastifyReply> {
  const item: NotificationItem | null = alerts.item(id) ?? (await context.ledger.notification(id));
  const alarmId = item?.alarm ?? null;
  const alarm =
    alarmId === null ? null : (context.city.alarm(alarmId) ?? (await context.ledger.alarm(alarmId)));
  if (item === null || alarm === null) return close(reply, 'unknown');
  const registry = context.city.registry();
  const facility = alarm.facility === null ? undefined : registry.facilities.get(alarm.facility);
  const owner = registry.organisations.get(facility?.organisation ?? '') ?? null;
  const location = facility?.location ?? null;
  return html(reply, 200, alarmPage({ token, item, alarm, facts: alerts.facts(alarm), owner, location }));
}

const close = (reply: FastifyReply, why: Closed): FastifyReply => html(reply, STATUS[why], closedPage(why));

const html = (reply: FastifyReply, status: number, page: string): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(page);

/** The answer, or null when the disk does not answer in time: the tap stands and will be journaled. */
function within<T>({ clock }: Context, answer: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_WITHIN_MS, () => resolve(null));
    answer.then(resolve, reject).finally(cancel);
  });
}
