/** The server with one message about one alarm behind it, told to a person on the phone. */
import type { Answer } from '#domain/event.ts';
import type { NotificationItem, NotificationReport, OnCallList } from '#domain/notification.ts';
import { factsOf } from '#emergency/alert-text.ts';
import { pageToken, readToken } from '#emergency/page-token.ts';
import type { AlertsPort } from '#server/alerts-port.ts';
import { alarmOf } from '../dashboard/alarm-fixture.ts';
import { openHouse, type House } from '../server/house.ts';
import { secretHmac, START } from '../server/fakes.ts';

export type PhoneHouse = House & {
  readonly token: House['token'];
  readonly page: string;
  readonly reports: { readonly id: string; readonly report: NotificationReport }[];
  item: NotificationItem;
  /** The on-call list in force, at revision 3. */
  list: OnCallList | null;
  /** The message as if nobody had opened or answered it yet. */
  sendAnew(): void;
};

const ID = 'a1.1.1.zhang';

export async function openPhoneHouse(): Promise<PhoneHouse> {
  const reports: PhoneHouse['reports'] = [];
  const listeners: Parameters<AlertsPort['onNotification']>[0][] = [];
  const state: { item: NotificationItem; list: OnCallList | null } = { item: itemOf(), list: null };
  const port: AlertsPort = {
    onCall: () => ({ revision: 3, list: state.list }),
    channels: () => [],
    testChannel: async (channel) => (channel === 'ding' ? { ok: true, detail: '' } : null),
    notifications: (alarm) => (alarm === 'a1' ? [state.item] : []),
    item: (id) => (id === ID ? state.item : undefined),
    onNotification: (listener) => void listeners.push(listener),
    readKey(token) {
      const verdict = readToken(token, house.clock.wallMs(), secretHmac);
      return verdict.ok ? verdict : { ok: false, reason: verdict.reason };
    },
    facts: (alarm) => factsOf(alarm, house.city.registry(), () => null),
    async report(id, report): Promise<Answer> {
      reports.push({ id, report });
      if (report.report === 'answer')
        state.item = {
          ...state.item,
          answers: { ...state.item.answers, [report.answer]: house.clock.wallMs() },
        };
      if (report.report === 'opened')
        state.item = { ...state.item, times: { ...state.item.times, opened: house.clock.wallMs() } };
      for (const listener of listeners) listener({ kind: 'notification', at: 0, item: state.item });
      return { ok: true, body: null };
    },
    receipts: async (token) =>
      token === 'right' ? { known: 1, unread: 0, reply: { code: 0, msg: '成功' } } : null,
  };
  const house = await openHouse({}, { alerts: port });
  house.city.raise({
    ...alarmOf('a1'),
    id: 'a1',
    point: 'G-1/ch4',
    facility: 'W-1',
    area: '371702',
    lifeline: 'gas',
    colour: 'red',
    value: 4.5,
    unit: '%',
    limitValue: 4,
    onsetAt: START,
  });
  return {
    ...house,
    page: `/n/${pageToken(ID, START, secretHmac)}`,
    reports,
    get item() {
      return state.item;
    },
    get list() {
      return state.list;
    },
    set list(list) {
      state.list = list;
    },
    sendAnew() {
      state.item = itemOf();
      reports.length = 0;
    },
  };
}

const itemOf = (): NotificationItem => ({
  id: ID,
  kind: 'alert',
  alarm: 'a1',
  round: 1,
  step: 1,
  person: 'zhang',
  name: '张建国',
  channel: 'ding',
  state: 'accepted',
  attempts: 1,
  createdAt: START,
  at: START,
  detail: null,
  times: { queued: START, accepted: START },
  answers: {},
  notice: null,
});
