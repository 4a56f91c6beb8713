/** A small city, its on-call list and its messages, over the real fold: time in seconds, what was told in words. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Answer, CityEvent } from '#domain/event.ts';
import type { AlarmAction, Input, Journaled } from '#domain/input.ts';
import type {
  ChannelName,
  NotificationEvent,
  NotificationItem,
  NotificationReport,
  OnCallEntry,
  OnCallList,
  OnCallPerson,
} from '#domain/notification.ts';
import type { Moment } from '#domain/time.ts';
import type { Person } from '#domain/user.ts';
import { openAlarms, shippedCatalogue } from '#rules/engine.ts';
import { type City, createCity } from '../../city/city.ts';
import { emptyOutput, fold, nextDeadline } from '../../city/fold.ts';
import { copyCity } from '../../city/snapshot-taker.ts';

export const START = Date.UTC(2026, 6, 1, 8);
const ENGINE_START = 7_000_000;
export const OFFICER: Person = { username: 'duty', roles: ['duty-leader'], address: 'test' };
export const MINUTE = 60_000;

export const person = (id: string, ...channels: string[]): OnCallPerson => ({
  id,
  name: id,
  phone: '13900000000',
  channels: (channels.length === 0 ? ['ding'] : channels).map((channel) => ({ channel })),
});

export const entry = (fields: Partial<OnCallEntry> = {}): OnCallEntry => ({
  id: 'all',
  steps: [
    { persons: ['first'], waitMs: 5 * MINUTE },
    { persons: ['second'], waitMs: 5 * MINUTE },
    { persons: ['leader'], waitMs: 5 * MINUTE },
  ],
  leaders: ['leader'],
  ...fields,
});

export const listOf = (fields: Partial<OnCallList> = {}): OnCallList => ({
  persons: [person('first'), person('second'), person('leader')],
  entries: [entry()],
  reminders: {
    afterMs: { red: 30 * MINUTE, orange: 40 * MINUTE, yellow: 60 * MINUTE },
    everyMs: 10 * MINUTE,
    max: 2,
  },
  ...fields,
});

export const CHANNELS: readonly ChannelName[] = [
  { id: 'ding', kind: 'dingtalk' },
  { id: 'sms', kind: 'sms' },
];

/** Three gas wells `W-1` to `W-3`, one gateway; the list and channels above are in force unless told otherwise. */
export class PhoneRoom {
  city: City = createCity('heze');
  readonly events: CityEvent[] = [];
  readonly journal: Journaled<Input>[] = [];
  /** Engine time may be behind the wall: a second clock on purpose. */
  wallAheadMs = START - ENGINE_START;
  #seq = 0;

  constructor(list: OnCallList | null = listOf(), channels: readonly ChannelName[] = CHANNELS) {
    this.give(0, { kind: 'resumed', from: 0, to: ENGINE_START, boot: 'b', monotonicMs: 0 });
    this.give(0, { kind: 'catalogue', ...shippedCatalogue() });
    this.register(0, ...wells(3));
    if (channels.length > 0) this.give(0, { kind: 'channels', channels });
    if (list !== null) this.onCall(0, list);
  }

  moment(second: number): Moment {
    const engineTime = ENGINE_START + second * 1_000;
    return { engineTime, receivedAt: engineTime + this.wallAheadMs };
  }

  /** Journals and folds one input; the answer to it. */
  give(second: number, input: Input): Answer | null {
    const entry = { ...input, position: this.city.position + 1, ...this.moment(second) } as Journaled<Input>;
    this.journal.push(entry);
    const out = emptyOutput();
    fold(this.city, entry, out);
    this.events.push(...out.events);
    return out.answer;
  }

  tick(second: number): void {
    this.give(second, { kind: 'tick' });
  }

  register(second: number, ...items: { kind: string; value: unknown }[]): void {
    const change = { items: items.map((item) => ({ op: 'create', ...item })) };
    const answer = this.give(second, { kind: 'command', command: 'registry', by: OFFICER, change } as Input);
    if (answer?.ok !== true) throw new Error(JSON.stringify(answer));
  }

  onCall(second: number, list: OnCallList, revision = this.city.emergency.revision): Answer | null {
    return this.give(second, { kind: 'command', command: 'on-call', by: OFFICER, revision, list });
  }

  /** The gas of well `n` (in %; 1.5 yellow, 2.5 orange, 4 red by the shipped catalogue) is measured. */
  gas(second: number, value: number, n = 1): void {
    this.#seq += 1;
    const { receivedAt: time } = this.moment(second);
    const record = { device: `W-${n}`, time, seq: this.#seq, values: { ch4: value } };
    this.give(second, {
      kind: 'publish',
      gateway: 'GW-1',
      client: 'box',
      topic: 'lifeline/v1/GW-1/telemetry',
      payload: new TextEncoder().encode(JSON.stringify(record)),
      qos: 1,
      dup: false,
      packetId: 1 + (this.#seq % 60_000),
    });
  }

  order(second: number, action: AlarmAction, alarm: Alarm = this.alarm()): Answer | null {
    const { id, revision } = this.open().find((one) => one.id === alarm.id) ?? alarm;
    return this.give(second, { kind: 'command', command: 'alarm', by: OFFICER, alarm: id, revision, action });
  }

  report(second: number, id: string, report: NotificationReport): Answer | null {
    return this.give(second, { kind: 'notification', id, ...report });
  }

  /** Sends what is queued for `person` and has it accepted. */
  deliver(second: number, name: string): NotificationItem {
    const item = this.queued().find((one) => one.person === name);
    if (item === undefined) throw new Error(`nothing is queued for ${name}`);
    const channel = item.channel ?? '';
    this.report(second, item.id, { report: 'attempt', channel });
    this.report(second, item.id, { report: 'accepted', channel, reference: 'v-1' });
    return this.item(item.id);
  }

  /** The process dies and comes back at `second` from a snapshot of its state. */
  restart(second: number): void {
    const from = this.city.engineTime;
    this.city = copyCity(this.city);
    const to = this.moment(second).engineTime;
    this.give(second, { kind: 'resumed', from, to, boot: 'b', monotonicMs: to });
  }

  open(): Alarm[] {
    return openAlarms(this.city.rules);
  }

  /** The one open alarm of a point. */
  alarm(): Alarm {
    const [alarm] = this.open().filter(({ point }) => point !== null);
    if (alarm === undefined) throw new Error('no alarm is open');
    return alarm;
  }

  items(): NotificationItem[] {
    const newest = new Map<string, NotificationItem>();
    for (const { item } of this.changes()) newest.set(item.id, item);
    return [...newest.values()];
  }

  item(id: string): NotificationItem {
    const item = this.items().find((one) => one.id === id);
    if (item === undefined) throw new Error(`no message ${id}`);
    return item;
  }

  queued(): NotificationItem[] {
    return this.items().filter(({ state }) => state === 'queued');
  }

  changes(): NotificationEvent[] {
    return this.events.filter((event) => event.kind === 'notification');
  }

  alarmEvents(): AlarmEvent[] {
    return this.events.filter((event) => event.kind === 'alarm');
  }

  /** [second, person, kind, step] of every message, in order of its making. */
  told(): (readonly [number, string, string, number])[] {
    return this.items().map(
      ({ createdAt, person: who, kind, step }) =>
        [(createdAt - this.wallAheadMs - ENGINE_START) / 1_000, who, kind, step] as const,
    );
  }

  /** Open system alarms by name and subject. */
  faults(): string[] {
    return this.open()
      .filter(({ point, active }) => point === null && active)
      .map(({ rule, explanation }) => `${rule} ${String(explanation.params['subject'])}`);
  }

  /** Seconds from the start to the next deadline of rules or messages. */
  next(): number | null {
    const due = nextDeadline(this.city);
    return due === null ? null : (due - ENGINE_START) / 1_000;
  }
}

export const wells = (count: number, area = '371702'): { kind: string; value: unknown }[] => [
  { kind: 'gateways', value: { id: 'GW-1', name: 'GW-1', session: 'sleepy', secretHmac: '0'.repeat(64) } },
  ...Array.from({ length: count }, (_, place) => `W-${place + 1}`).flatMap((id) => well(id, area)),
];

export const well = (id: string, area: string, lifeline = 'gas'): { kind: string; value: unknown }[] => [
  {
    kind: 'facilities',
    value: {
      id: `F-${id}`,
      name: `${id} 阀井`,
      kind: 'gas-valve-well',
      lifeline,
      area,
      location: { lat: 35.2, lon: 115.4 },
    },
  },
  { kind: 'devices', value: { id, gateway: 'GW-1', facility: `F-${id}` } },
  {
    kind: 'points',
    value: { device: id, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 86_400_000 },
  },
];
