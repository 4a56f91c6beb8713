/** Who is on call, what was sent to whom, and whether the channels work. */
import { Type } from 'typebox';
import type { NotificationItem, OnCallList } from '#domain/notification.ts';
import type { AlertsPort } from '../alerts-port.ts';
import { findAlarm } from '../alarm-list.ts';
import { demandWholeCity, type Viewer, viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { onCallSeen } from '../rights.ts';
import { answers, page } from '../schemas/basics.ts';
import { ChannelShape, NotificationShape, OnCallBody, OnCallShape, TestBody } from '../schemas/alerts.ts';
import { place, type Api } from './api.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 128 }) });

export function alertRoutes(app: Api, context: Context, alerts: AlertsPort): void {
  onCallRoutes(app, context, alerts);
  channelRoutes(app, context, alerts);

  const schema = {
    tags: ['alerts'],
    summary: 'Who was told of an alarm, over which channel, and how far each message has come; oldest first',
    params: Id,
    response: answers(200, page(NotificationShape), 'Its messages'),
  };
  app.get('/alarms/:id/notifications', { config: { right: 'read-alarms' }, schema }, async (request) => {
    const { id } = request.params;
    if ((await findAlarm(context, viewerIn(request), id)) === null) throw new Problem('not-found');
    const items = new Map<string, NotificationItem>();
    for (const item of await context.ledger.notifications(id)) items.set(item.id, item);
    for (const item of alerts.notifications(id)) items.set(item.id, item);
    const inOrder = [...items.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    return { items: inOrder, next: null };
  });

  const receiptSchema = {
    tags: ['alerts'],
    summary: 'Delivery reports of SMS and voice vendors, under the token of their channel',
    description: 'Takes the forms of Aliyun (SmsReport) and Tencent; a repeated report changes nothing.',
    params: Type.Object({ token: Type.String({ maxLength: 128 }) }),
    body: Type.Unknown(),
    response: answers(200, Type.Unknown(), 'What the vendor expects to hear'),
  };
  app.post('/receipts/sms/:token', { config: { right: 'open' }, schema: receiptSchema }, async (request) => {
    const taken = await alerts.receipts(request.params.token, request.body);
    if (taken === null) {
      context.metrics.rejected('receipt-token');
      throw new Problem('not-found');
    }
    if (taken.unread > 0) context.metrics.rejected('receipt-overflow', taken.unread);
    return taken.reply;
  });
}

function onCallRoutes(app: Api, context: Context, alerts: AlertsPort): void {
  const getSchema = {
    tags: ['alerts'],
    summary: 'The on-call list: who is told of which alarms, in which order',
    description:
      'Whoever is restricted to a part of the city sees the entries for that part and their persons.',
    response: answers(200, OnCallShape, 'The list in force; revision 0 before the first'),
  };
  app.get('/on-call', { config: { right: 'read-on-call' }, schema: getSchema }, (request) =>
    shown(context, viewerIn(request), alerts),
  );

  const putSchema = {
    tags: ['alerts'],
    summary: 'Replaces the on-call list',
    description:
      'Give the revision it was edited from; 409 `stale-on-call` when somebody else was faster. Alarms that are being ' +
      'told go on along the list they began with; open alarms that nobody was on call for are told at once.',
    body: OnCallBody,
    response: answers(200, OnCallShape, 'The list in force'),
  };
  app.put('/on-call', { config: { right: 'change-on-call' }, schema: putSchema }, (request) => {
    const { revision, ...list } = request.body;
    // There is one list: whoever replaces it decides who is told of other areas' alarms too.
    demandWholeCity(context, request);
    return place(context, request, (by) => ({
      // Checked by the schema just now, entry by entry.
      command: { kind: 'command', command: 'on-call', by, revision, list: list satisfies OnCallList },
      present: () => shown(context, viewerIn(request), alerts),
    }));
  });
}

const NO_LIST: OnCallList = {
  persons: [],
  entries: [],
  reminders: { afterMs: {}, everyMs: 600_000, max: 1 },
};

const shown = (context: Context, viewer: Viewer, alerts: AlertsPort) => {
  const { revision, list } = alerts.onCall();
  return { revision, ...onCallSeen(viewer, context.city.registry(), list ?? NO_LIST) };
};

function channelRoutes(app: Api, context: Context, alerts: AlertsPort): void {
  const schema = {
    tags: ['alerts'],
    summary: 'The configured channels and how they do; secrets are never shown',
    response: answers(200, page(ChannelShape), 'The channels'),
  };
  app.get('/channels', { config: { right: 'read-on-call' }, schema }, () => ({
    items: alerts.channels(),
    next: null,
  }));

  const testSchema = {
    tags: ['alerts'],
    summary: 'Sends a test message over a channel',
    params: Id,
    body: TestBody,
    response: answers(
      200,
      Type.Object({ ok: Type.Boolean(), detail: Type.String() }),
      'Whether the vendor took it, and its own words',
    ),
  };
  app.post(
    '/channels/:id/test',
    { config: { right: 'change-on-call' }, schema: testSchema },
    async (request) => {
      // A test goes to any number or address that is written here, and counts for the whole city's channel.
      demandWholeCity(context, request);
      const { phone, name = '测试', address = phone } = request.body;
      const result = await alerts.testChannel(request.params.id, { name, phone, address });
      if (result === null) throw new Problem('not-found');
      const { user } = viewerIn(request);
      context.audit.record({
        username: user.username,
        address: request.ip,
        action: 'channel.test',
        subject: request.params.id,
        outcome: result.ok ? 'done' : 'failed',
        detail: { detail: result.detail },
      });
      return result;
    },
  );
}
