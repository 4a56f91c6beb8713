/** A ledger in memory. It follows the city when told to, so that a test can let it lag. */
import { createHash } from 'node:crypto';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { Backfill } from '#domain/backfill.ts';
import type { NewFlowVersion } from '#domain/contract/ledger.ts';
import type { Flood, Incident } from '#domain/incident.ts';
import { memoryLedger, type Ledger } from '#store/ledger/ledger.ts';
import type { AuditEntry, LedgerPort, NewAuditEntry, QuarantineGroup, UserRecord } from '#server/ports.ts';

class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export type FakeLedger = LedgerPort & {
  readonly log: AuditEntry[];
  readonly saved: Map<string, { username: string; expiresAt: number }>;
  /** While set, every call fails with this code: the disk is gone. */
  failing: string | null;
  follow(event: AlarmEvent): void;
  /** Questions about quality wait from here until they are released. */
  holdQuality(): { readonly release: () => void; readonly asked: () => number };
  readonly lines: Backfill[];
  readonly groups: QuarantineGroup[];
  readonly presence: Map<string, { at: number; connected: boolean; connections: number }[]>;
  readonly flowVersionsKept: (Omit<NewFlowVersion, 'by'> & {
    readonly username: string;
    readonly address: string;
    readonly number: number;
  })[];
  /** Incidents as they stand, and floods, the newest first. */
  readonly incidentsKept: Incident[];
  readonly floodsKept: Flood[];
  readonly kept: { gateway: string; device: string; json: string; receivedAt: number }[];
};

export function createLedger(): FakeLedger {
  const users = new Map<string, UserRecord>();
  const alarms = new Map<string, Alarm>();
  const events: AlarmEvent[] = [];
  let qualityAsked: (() => Promise<void>) | null = null;
  const check = (): void => {
    if (ledger.failing !== null) throw new LedgerError(ledger.failing);
  };
  const demandSecurityAdmin = (): void => {
    const left = [...users.values()].filter((u) => u.retired !== true && u.roles.includes('security-admin'));
    if (left.length === 0) throw new LedgerError('last-security-admin');
  };
  /** The true ledger, over what this one followed. */
  const asked = async <T>(ask: (whole: Ledger) => T): Promise<T> => {
    check();
    const whole = memoryLedger();
    whole.apply(
      events.map((event, at) => ({ position: at + 1, index: 0, event })),
      events.length,
    );
    const answer = ask(whole);
    whole.close();
    return answer;
  };
  const ledger: FakeLedger = {
    log: [],
    saved: new Map(),
    failing: null,
    groups: [],
    presence: new Map(),
    async gatewayPresence(gateway) {
      check();
      return ledger.presence.get(gateway) ?? [];
    },
    kept: [],
    flowVersionsKept: [],
    follow(event) {
      alarms.set(event.alarm.id, event.alarm);
      events.push(event);
    },
    async alarms(filter) {
      check();
      const { before, scope } = filter;
      const within = (list: readonly string[] | undefined, value: string | null): boolean =>
        list === undefined || (value !== null && list.includes(value));
      const found = [...alarms.values()].filter(
        (alarm) =>
          (filter.colour === undefined || alarm.colour === filter.colour) &&
          (filter.area === undefined || alarm.area === filter.area) &&
          (filter.lifeline === undefined || alarm.lifeline === filter.lifeline) &&
          (filter.facility === undefined || alarm.facility === filter.facility) &&
          (filter.incident === undefined || alarm.incident?.id === filter.incident) &&
          (filter.rule === undefined || alarm.rule === filter.rule) &&
          (filter.point === undefined || alarm.point === filter.point) &&
          ((within(scope.areas, alarm.area) && within(scope.lifelines, alarm.lifeline)) ||
            (alarm.point === null && filter.gateways?.includes(alarm.gateway ?? '') === true)) &&
          (before === undefined ||
            alarm.onsetAt < before.onsetAt ||
            (alarm.onsetAt === before.onsetAt && alarm.id < before.id)),
      );
      found.sort((a, b) => b.onsetAt - a.onsetAt || (a.id < b.id ? 1 : -1));
      return found.slice(0, filter.limit);
    },
    async alarm(id) {
      check();
      return alarms.get(id) ?? null;
    },
    incidentsKept: [],
    floodsKept: [],
    async incident(id) {
      check();
      return ledger.incidentsKept.find((one) => one.id === id) ?? null;
    },
    async incidents({ before = Infinity, limit }) {
      check();
      const older = ledger.incidentsKept.filter(({ number }) => number < before);
      return older.sort((a, b) => b.number - a.number).slice(0, limit);
    },
    async floods(before, limit) {
      check();
      return ledger.floodsKept.filter(({ since }) => (since ?? 0) < before).slice(0, limit);
    },
    notifications: async () => [],
    notification: async () => null,
    holdQuality() {
      let asked = 0;
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      qualityAsked = () => {
        asked += 1;
        return held;
      };
      return { release: () => release(), asked: () => asked };
    },
    async quality(query) {
      check();
      await qualityAsked?.();
      return asked((whole) => whole.quality(query));
    },
    alarmsAt: (at) => asked((whole) => whole.alarmsAt(at)),
    alarmEventsBetween: (...args) => asked((whole) => whole.alarmEventsBetween(...args)),
    async alarmEvents(alarm) {
      check();
      return events.filter((event) => event.alarm.id === alarm);
    },
    async users() {
      check();
      return [...users.values()];
    },
    async createUser(user) {
      check();
      const key = user.username.toLowerCase();
      if (users.has(key)) throw new LedgerError('username-taken');
      users.set(key, user);
    },
    async updateUser(username, change) {
      check();
      const key = username.toLowerCase();
      const before = users.get(key);
      if (before === undefined) throw new LedgerError('unknown-user');
      users.set(key, { ...before, ...change });
      try {
        demandSecurityAdmin();
      } catch (error) {
        users.set(key, before);
        throw error;
      }
    },
    async audit(entry: NewAuditEntry) {
      check();
      const previous = ledger.log.at(-1)?.hash ?? '';
      const hash = createHash('sha256').update(previous).update(JSON.stringify(entry)).digest('hex');
      ledger.log.push({ ...entry, number: ledger.log.length + 1, hash });
    },
    async auditEntries(after, limit) {
      check();
      return ledger.log.filter((entry) => entry.number > after).slice(0, limit);
    },
    async saveFlows({ by, ...version }) {
      check();
      const number = ledger.flowVersionsKept.length + 1;
      ledger.flowVersionsKept.push({ ...version, ...by, number });
      return number;
    },
    async flowVersions(before, limit) {
      check();
      return ledger.flowVersionsKept
        .filter(({ number }) => number < before)
        .toReversed()
        .slice(0, limit)
        .map(({ flows, ...version }) => ({ ...version, characters: flows.length, nodes: 0 }));
    },
    async flows(number) {
      check();
      const kept = ledger.flowVersionsKept;
      return (number === null ? kept.at(-1) : kept[number - 1])?.flows ?? null;
    },
    lines: [],
    backfills: async (before, limit, gateways) =>
      ledger.lines
        .map((backfill, at) => ({ number: at + 1, backfill }))
        .filter(({ number, backfill }) => number < before && gateways?.includes(backfill.gateway) !== false)
        .toReversed()
        .slice(0, limit),
    ruleContent: async () => null,
    ruleSteps: async () => [],
    async quarantine({ gateway, before, limit } = {}) {
      check();
      const isAfter = (group: QuarantineGroup): boolean =>
        before === undefined ||
        group.lastAt < before.lastAt ||
        (group.lastAt === before.lastAt && group.id < before.id);
      return ledger.groups
        .filter((group) => (gateway === undefined || group.gateway === gateway) && isAfter(group))
        .sort((a, b) => b.lastAt - a.lastAt || b.id - a.id)
        .slice(0, limit);
    },
    async quarantineSamples(key) {
      check();
      return ledger.groups
        .filter((g) => g.gateway === key.gateway && g.device === key.device && g.reason === key.reason)
        .map((g) => ({ at: g.lastAt, sample: g.sample, detail: g.reason }));
    },
    async quarantineRecords(gateway, device, limit) {
      check();
      return ledger.kept
        .map((record, at) => ({ ...record, number: at + 1 }))
        .filter((record) => record.gateway === gateway && record.device === device)
        .slice(0, limit);
    },
    async saveSession(tokenHash, username, expiresAt) {
      check();
      ledger.saved.set(tokenHash, { username, expiresAt });
    },
    async sessions() {
      check();
      return [...ledger.saved].map(([tokenHash, session]) => ({ tokenHash, ...session }));
    },
    async dropSession(tokenHash) {
      check();
      ledger.saved.delete(tokenHash);
    },
  };
  return ledger;
}
