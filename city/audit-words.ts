/** A journaled command in the words of the audit log. */
import type { CommandInput } from '#domain/input.ts';
import type { RegistryItem } from '#domain/registry.ts';
import type { RulesOrder } from '#domain/rule-book.ts';

/** What the audit log says of a command; secrets' HMACs stay out of it. */
export function describe(input: CommandInput): {
  action: string;
  subject: string;
  detail: Record<string, unknown>;
} {
  switch (input.command) {
    case 'alarm':
      return {
        action: `alarm.${input.action.action}`,
        subject: input.alarm,
        detail: { revision: input.revision, ...input.action },
      };
    case 'maintenance':
      return {
        action: 'maintenance',
        subject: `${input.target}/${input.id}`,
        detail: { until: input.until, reason: input.reason },
      };
    case 'registry':
      return {
        action: 'registry',
        subject: input.change.items.length === 1 ? subjectOf(input.change.items[0]) : '',
        detail: { items: input.change.items.map((item) => `${subjectOf(item)}${movedTo(item)}`) },
      };
    case 'rules':
      return describeRules(input.order);
    case 'on-call':
      return {
        action: 'on-call',
        subject: '',
        detail: {
          revision: input.revision,
          persons: input.list.persons.length,
          entries: input.list.entries.length,
        },
      };
    case 'approve-quarantine':
      return {
        action: 'quarantine.approve',
        subject: `${input.gateway}/${input.device}`,
        detail: { records: input.records.length },
      };
  }
}

function subjectOf(item: { op: string; kind?: string; id?: string; value?: unknown } | undefined): string {
  if (item === undefined) return '';
  const kind = item.kind ?? (item.op === 'replace' ? 'devices' : 'gateways');
  return `${item.op} ${kind}/${item.id ?? idIn(item.value)}`;
}

/** Where a change puts a facility; where it stood before is what the change before it says. */
function movedTo(item: RegistryItem): string {
  if (!('value' in item) || item.kind !== 'facilities') return '';
  const { lon, lat } = Object(Object(item.value).location);
  return typeof lon === 'number' ? ` at ${lon}, ${String(lat)}` : '';
}

/** The id a value carries; an imported point carries none and is named by its device and channel. */
function idIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '?';
  if ('id' in value && (value.id ?? null) !== null) return String(value.id);
  return 'device' in value && 'channel' in value ? `${String(value.device)}/${String(value.channel)}` : '?';
}

/** The draft itself stands in the journal, and what took force in the ledger: here is who, what about, and why. */
function describeRules(order: RulesOrder): {
  action: string;
  subject: string;
  detail: Record<string, unknown>;
} {
  const { order: verb, draft: subject, ...rest } = order;
  const action = `rules.${verb}`;
  if (!('changes' in rest)) return { action, subject, detail: rest };
  const { changes, ...told } = rest;
  const changed = {
    rules: changes.rules.map((rule) => idIn(rule)),
    removed: changes.removed,
    settings: Object.keys(changes.settings),
  };
  return { action, subject, detail: { ...told, ...changed } };
}
