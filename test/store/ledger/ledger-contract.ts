/** What every ledger must do, whichever thread it runs on: a suite over `open`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmFilter } from '#domain/contract/ledger.ts';
import type { LedgerPort } from '#server/ports.ts';
import type { LedgerClient } from '#store/ledger/ledger-protocol.ts';
import type { KeyedEvent } from '#store/ports.ts';
import {
  alarmEvent,
  auditEntry,
  auditEvent,
  cityEvents,
  facilityRow,
  incidentOf,
  keyed,
  NOON,
  registryEvent,
  rejected,
} from './events.ts';

const EVERYTHING: AlarmFilter = { scope: {}, limit: 100 };

/** Registers the suite; `open` gives an empty ledger and `name` says which kind. */
export function ledgerContract(name: string, open: () => Promise<LedgerClient>): void {
  describe(name, () => {
    let ledger: LedgerClient;
    let port: LedgerPort;
    beforeEach(async () => {
      ledger = await open();
      port = ledger;
    });
    afterEach(() => ledger.close());

    const ids = async (filter: Partial<AlarmFilter>) =>
      (await port.alarms({ ...EVERYTHING, ...filter })).map((alarm) => alarm.id);

    it('starts at position 0 and tells when a batch is kept', async () => {
      expect(ledger.cursor).toBe(0);
      await applied(ledger, keyed(3, alarmEvent(1)), 4);
      expect((await ledger.status()).cursor).toBe(4);
    });

    it('moves on when a stretch of inputs made no events', async () => {
      await applied(ledger, [], 9);
      expect((await ledger.status()).cursor).toBe(9);
    });

    it('shows an alarm as its last event left it, with all its events', async () => {
      const raised = alarmEvent(1);
      const taken = alarmEvent(
        2,
        { state: 'acknowledged', revision: 2, acknowledgedBy: 'wang' },
        'acknowledged',
      );
      ledger.apply(keyed(1, raised), 1);
      ledger.apply(keyed(2, taken), 2);
      expect(await port.alarm('alarm-1')).toEqual(taken.alarm);
      expect(await port.alarmEvents('alarm-1')).toEqual([raised, taken]);
      expect(await port.alarm('no-such')).toBeNull();
      expect(await port.alarmEvents('no-such')).toEqual([]);
    });

    it('counts the quality of a period beside its events', async () => {
      ledger.apply(keyed(1, alarmEvent(1)), 1);
      const period = { from: NOON, to: NOON + 60_000, now: NOON + 60_000 };
      const { total } = await port.quality({
        ...{ ...period, by: 'lifeline', scope: {}, counties: {}, limits: { orange: 1_000 }, neverHeard: [] },
      });
      expect(total).toMatchObject({ mix: { orange: 1 }, response: { orange: { asked: 1, tooLate: 1 } } });
    });

    it('counts an event once however often it comes', async () => {
      const events = cityEvents(40);
      ledger.apply(events, 40);
      const before = await everything(ledger);
      ledger.apply(events, 40);
      ledger.apply(events.slice(10), 40);
      await applied(ledger, events.slice(-1), 40);
      expect(await everything(ledger)).toEqual(before);
      expect((await ledger.status()).reconciliations).toBe(0);
    });

    it('keeps a replay that differs beside what people were told, never in its place', async () => {
      const told = alarmEvent(1, { colour: 'orange' });
      const other = alarmEvent(1, { colour: 'red' });
      ledger.apply(keyed(1, told), 1);
      ledger.apply(keyed(1, other), 1);
      ledger.apply(keyed(1, other), 1);
      expect(await port.alarmEvents('alarm-1')).toEqual([told]);
      expect((await ledger.status()).reconciliations).toBe(1);
      const [noted] = await ledger.reconciliations(10);
      expect(noted).toMatchObject({ position: 1, index: 0, kind: 'differs' });
      expect(JSON.parse(noted?.document ?? '')).toEqual(other);
    });

    it('keeps an event that a replay has too many, and one whose sequence is taken', async () => {
      ledger.apply(keyed(1, alarmEvent(1)), 1);
      ledger.apply(keyed(1, alarmEvent(1), auditEvent('alarm-1')), 1);
      ledger.apply(keyed(2, alarmEvent(1, { id: 'alarm-2' })), 2);
      const kinds = (await ledger.reconciliations(10)).map((noted) => noted.kind);
      expect(kinds).toEqual(['unknown', 'sequence-taken']);
      expect(await port.auditEntries(0, 10)).toEqual([]);
      expect(await port.alarmEvents('alarm-2')).toHaveLength(1);
    });

    it('lists alarms newest onset first, past and withdrawn ones too, page by page', async () => {
      const alarms = [3, 1, 2, 2].map((minute, i) => ({ id: `a${i}`, onsetAt: NOON + minute * 60_000 }));
      const events = alarms.map((alarm, i) =>
        alarmEvent(i + 1, { ...alarm, historical: i === 1, ...(i === 2 ? { withdrawn: true } : {}) }),
      );
      ledger.apply(keyed(1, ...events), 1);
      expect(await ids({})).toEqual(['a0', 'a3', 'a2', 'a1']);
      expect(await ids({ limit: 2 })).toEqual(['a0', 'a3']);
      expect(await ids({ limit: 2, before: { onsetAt: NOON + 120_000, id: 'a3' } })).toEqual(['a2', 'a1']);
      expect(await ids({ before: { onsetAt: NOON + 60_000, id: 'a1' } })).toEqual([]);
    });

    it('pages on undisturbed while new alarms arrive', async () => {
      const batch = (from: number) =>
        Array.from({ length: 20 }, (_, i) =>
          alarmEvent(from + i, { id: `a${from + i}`, onsetAt: NOON + from + i }),
        );
      ledger.apply(keyed(1, ...batch(1)), 1);
      const seen: string[] = [];
      let before: AlarmFilter['before'];
      for (let page = 0; page < 4; page++) {
        const alarms = await port.alarms({ ...EVERYTHING, limit: 5, ...(before && { before }) });
        seen.push(...alarms.map((alarm) => alarm.id));
        const last = alarms.at(-1);
        if (last !== undefined) before = { onsetAt: last.onsetAt, id: last.id };
        ledger.apply(keyed(page + 2, ...batch(1_000 * (page + 1))), page + 2);
      }
      expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `a${20 - i}`));
    });

    it('shows only what filter and scope admit', async () => {
      const organisation = (id: string) => facilityRow(id, { organisation: `org-of-${id}` });
      ledger.apply(keyed(1, registryEvent(1, [organisation('well-7'), organisation('pump-2')])), 1);
      const rows = [
        alarmEvent(1, { id: 'gas' }),
        alarmEvent(2, {
          id: 'rain',
          area: '371721',
          lifeline: 'drainage',
          facility: 'pump-2',
          colour: 'red',
        }),
        alarmEvent(3, {
          id: 'system',
          area: null,
          lifeline: null,
          facility: null,
          point: null,
          gateway: null,
          colour: 'blue',
        }),
        alarmEvent(4, {
          id: 'dead-box',
          area: null,
          lifeline: null,
          facility: null,
          point: null,
          gateway: 'GW-9',
          colour: 'yellow',
        }),
      ];
      ledger.apply(keyed(2, ...rows), 2);
      const cases: readonly (readonly [Partial<AlarmFilter>, readonly string[]])[] = [
        [{}, ['system', 'rain', 'gas', 'dead-box']],
        [{ colour: 'red' }, ['rain']],
        [{ area: '371702' }, ['gas']],
        [{ lifeline: 'drainage' }, ['rain']],
        [{ facility: 'well-7' }, ['gas']],
        [{ scope: { areas: ['371721', '371702'] } }, ['rain', 'gas']],
        [{ scope: { lifelines: ['gas'] } }, ['gas']],
        [{ scope: { organisations: ['org-of-pump-2'] } }, ['rain']],
        [{ scope: { areas: ['371702'], lifelines: ['drainage'] } }, []],
        [{ scope: { areas: [] } }, []],
        [{ scope: { organisations: ['nobody'] } }, []],
        [{ scope: { areas: ['371702'] }, gateways: ['GW-9'] }, ['gas', 'dead-box']],
        [{ scope: { areas: ['371702'] }, gateways: ['GW-1'] }, ['gas']],
        [{ colour: 'red', scope: { areas: ['371702'] }, gateways: ['GW-9'] }, []],
        [{ colour: 'red', scope: { areas: ['371721'], lifelines: ['drainage'] } }, ['rain']],
      ];
      for (const [filter, expected] of cases) {
        expect(await ids(filter), JSON.stringify(filter)).toEqual(expected);
      }
    });

    it('keeps incidents as they stand, finds their alarms, and places one that had no event of its own', async () => {
      const at = (role: 'cause' | 'symptom') =>
        ({ id: 'incident-1', role, by: null, why: null, folded: false }) as const;
      const incident = incidentOf();
      ledger.apply(keyed(1, alarmEvent(1, { id: 'first' })), 1);
      const second = alarmEvent(2, { id: 'second', onsetAt: NOON + 1, incident: at('symptom') });
      const placed = [{ alarm: 'first', incident: at('cause') }];
      ledger.apply(keyed(2, second, { kind: 'incident', at: NOON, incident, placed }), 2);
      expect(await ids({ incident: 'incident-1' })).toEqual(['second', 'first']);
      expect(await ids({ incident: 'incident-2' })).toEqual([]);
      expect(await ids({ incident: 'incident-1', rule: 'ch4-valve-well' })).toEqual(['second', 'first']);
      expect(await ids({ incident: 'incident-1', rule: 'gateway-absent' })).toEqual([]);
      expect((await port.alarm('first'))?.incident).toEqual(at('cause'));
      expect(await port.incident('incident-1')).toEqual(incident);
      const closed = incidentOf({ state: 'closed', revision: 2 });
      const later = incidentOf({ id: 'incident-2', number: 2 });
      for (const [place, one] of [closed, later].entries())
        ledger.apply(keyed(3 + place, { kind: 'incident', at: NOON, incident: one, placed: [] }), 3 + place);
      expect(await port.incidents({ limit: 10 })).toEqual([later, closed]);
      expect(await port.incidents({ limit: 10, before: 2 })).toEqual([closed]);
      expect(await port.incident('no-such')).toBeNull();
    });

    it('keeps each flood once, as it ended', async () => {
      const flood = { active: true, since: NOON, endedAt: null, rings: 11, peak: 11 };
      const over = { ...flood, active: false, endedAt: NOON + 900_000, rings: 40, peak: 30 };
      ledger.apply(keyed(1, { kind: 'flood', at: NOON, flood }), 1);
      expect(await port.floods(NOON + 1, 10)).toEqual([flood]);
      ledger.apply(keyed(2, { kind: 'flood', at: NOON + 900_000, flood: over }), 2);
      expect(await port.floods(NOON + 1, 10)).toEqual([over]);
      expect(await port.floods(NOON, 10)).toEqual([]);
    });

    it('chains journaled and direct audit entries into one log', async () => {
      ledger.apply(keyed(1, auditEvent('alarm-1', { revision: 3 })), 1);
      await port.audit(auditEntry({ outcome: 'bad-credentials', detail: { tries: 2 } }));
      ledger.apply(keyed(2, auditEvent('alarm-2')), 2);
      const entries = await port.auditEntries(0, 10);
      expect(entries.map(({ number, action, subject }) => [number, action, subject])).toEqual([
        [1, 'acknowledge', 'alarm-1'],
        [2, 'log-in', 'wang'],
        [3, 'acknowledge', 'alarm-2'],
      ]);
      expect(entries[1]).toMatchObject({
        ...auditEntry({ outcome: 'bad-credentials', detail: { tries: 2 } }),
      });
      expect(await port.auditEntries(1, 1)).toEqual([entries[1]]);
      expect(await ledger.verifyAudit()).toEqual({
        whole: true,
        head: { number: 3, hash: entries[2]?.hash },
      });
    });

    it('counts refusals exactly, shows the newest first and keeps records for approval', async () => {
      const record = (n: number) => rejected({ record: `{"n":${n}}`, sample: `s${n}` }, NOON + n);
      ledger.apply(
        keyed(1, record(1), rejected({ device: null, reason: 'not-json' }, NOON + 9), record(3)),
        1,
      );
      ledger.apply(keyed(2, record(4)), 2);
      const group = { gateway: 'gw-1', device: 'G-9999', reason: 'unknown-device' };
      const groups = await port.quarantine();
      expect(groups.map(({ device, count, kept }) => [device, count, kept])).toEqual([
        [null, 1, 0],
        ['G-9999', 3, 3],
      ]);
      expect(groups[1]).toEqual({
        ...group,
        id: 1,
        count: 3,
        kept: 3,
        sample: 's4',
        firstAt: NOON + 1,
        lastAt: NOON + 4,
      });
      expect((await port.quarantineSamples(group)).map(({ sample }) => sample)).toEqual(['s4', 's3', 's1']);
      expect(await port.quarantineRecords('gw-1', 'G-9999', 2)).toEqual([
        { number: 1, json: '{"n":1}', receivedAt: NOON + 1 },
        { number: 2, json: '{"n":3}', receivedAt: NOON + 3 },
      ]);
    });

    it('lets approved records go and keeps their count', async () => {
      const record = (n: number) => rejected({ record: `{"n":${n}}` }, NOON + n);
      ledger.apply(keyed(1, record(1), record(2), record(3)), 1);
      const approved = {
        kind: 'quarantine-approved',
        at: NOON,
        gateway: 'gw-1',
        device: 'G-9999',
        records: 1,
        through: 2,
        until: NOON + 2,
      } as const;
      ledger.apply(keyed(2, approved), 2);
      expect((await port.quarantineRecords('gw-1', 'G-9999', 9)).map(({ json }) => json)).toEqual([
        '{"n":3}',
      ]);
      expect(await port.quarantine()).toMatchObject([{ count: 3, kept: 1 }]);
    });

    it('answers no more once closed', async () => {
      await ledger.close();
      await expect(port.users()).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

/** Hands over a batch and waits until it is kept. */
export function applied(ledger: LedgerClient, events: readonly KeyedEvent[], through: number): Promise<void> {
  return new Promise((resolve) => {
    ledger.onApplied((position) => {
      if (position >= through) resolve();
    });
    ledger.apply(events, through);
  });
}

/** All that outsiders can see of a ledger, to compare two of them. */
export async function everything(ledger: LedgerClient): Promise<unknown> {
  const alarms = await ledger.alarms({ scope: {}, limit: 1_000 });
  return {
    alarms,
    events: await Promise.all(alarms.map((alarm) => ledger.alarmEvents(alarm.id))),
    audit: await ledger.auditEntries(0, 1_000),
    quarantine: await ledger.quarantine(),
    records: await Promise.all([0, 1, 2, 3, 4].map((n) => ledger.quarantineRecords('gw-1', `X-${n}`, 1_000))),
    presence: await ledger.gatewayPresence('gw-1'),
    registry: await ledger.registryChanges(0, 100),
    facilities: await Promise.all([0, 1, 2].map((n) => ledger.registryDocument('facilities', `well-${n}`))),
  };
}
