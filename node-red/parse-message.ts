/** Messages of the flows' process, read as those of a stranger: any code may run there and say anything. */
import { type Colour, COLOURS } from '#domain/colour.ts';
import type { FlowOrigin } from '#domain/raise.ts';
import type { Asked, FromFlows, PointFilter } from './messages.ts';

/** Characters of a name, an id, a token; texts are cut by the fold's own bound. */
const NAME_MAX = 100;
const TEXT_MAX = 2_000;
const FILTERS_MAX = 100;

type Fields = Readonly<Record<string, unknown>>;

/** Null for whatever is not one of ours. */
export function parseFromFlows(body: string): FromFlows | null {
  const fields = objectIn(jsonIn(body));
  if (fields === null) return null;
  const id = wholeIn(fields['id']);
  switch (fields['kind']) {
    case 'pong':
      return { kind: 'pong', number: Number(fields['number']) };
    case 'failed':
      return { kind: 'failed', detail: textIn(fields['detail'], TEXT_MAX) ?? '' };
    case 'ready': {
      const port = wholeIn(fields['port']);
      const missing = listIn(fields['missing']).map(String);
      return port === null || port > 65_535
        ? null
        : { kind: 'ready', port, missing, startMs: Number(fields['startMs']) };
    }
    case 'want': {
      const points = listIn(fields['points']).slice(0, FILTERS_MAX).map(filterIn);
      return { kind: 'want', points, alarms: fields['alarms'] === true };
    }
    case 'who': {
      const token = textIn(fields['token'], NAME_MAX);
      return id === null || token === null ? null : { kind: 'who', id, token };
    }
    case 'raise': {
      const asked = askedIn(fields['asked']);
      const subject = textIn(fields['subject'], NAME_MAX);
      return id === null || asked === null || subject === null ? null : { kind: 'raise', id, subject, asked };
    }
    case 'notice': {
      const asked = askedIn(fields['asked']);
      return id === null || asked === null ? null : { kind: 'notice', id, asked };
    }
    default:
      return null;
  }
}

/** The head of a save frame and the flows behind it; null when it has no such head. */
export function parseSave(body: string): { id: number; ticket: string; flows: string } | null {
  const end = body.indexOf('\n');
  const head = end === -1 ? null : objectIn(jsonIn(body.slice(0, end)));
  const id = wholeIn(head?.['id']);
  const ticket = textIn(head?.['ticket'], NAME_MAX);
  return id === null || ticket === null ? null : { id, ticket, flows: body.slice(end + 1) };
}

function askedIn(value: unknown): Asked | null {
  const fields = objectIn(value);
  const flow = fields && flowIn(fields['flow']);
  const colour = COLOURS.find((one): one is Colour => one === fields?.['colour']);
  const text = textIn(fields?.['text'], TEXT_MAX);
  if (fields === null || !flow || colour === undefined || text === null) return null;
  const place = (name: string): string | null => textIn(fields[name], NAME_MAX);
  return {
    flow,
    colour,
    text,
    facility: place('facility'),
    area: place('area'),
    lifeline: place('lifeline'),
  };
}

function flowIn(value: unknown): FlowOrigin | null {
  const fields = objectIn(value);
  const [id, name, node, nodeName] = ['id', 'name', 'node', 'nodeName'].map((key) =>
    textIn(fields?.[key], NAME_MAX),
  );
  return id && name && node && nodeName ? { id, name, node, nodeName } : null;
}

function filterIn(value: unknown): PointFilter {
  const fields = objectIn(value) ?? {};
  const filter: Record<string, string> = {};
  for (const key of ['point', 'quantity', 'facility', 'lifeline']) {
    const wanted = textIn(fields[key], NAME_MAX * 2);
    if (wanted !== null) filter[key] = wanted;
  }
  return filter;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const objectIn = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const wholeIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
const textIn = (value: unknown, max: number): string | null =>
  typeof value === 'string' && value !== '' && value.length <= max ? value : null;
