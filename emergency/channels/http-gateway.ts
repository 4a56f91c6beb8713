/**
 * A vendor's SMS or voice gateway by description: address, headers, a body with places to fill, and which field of the
 * answer says yes. `{id}` in the body is the notification's own id: a vendor that drops repeated ids drops ours.
 */
import {
  accepted,
  type Channel,
  failed,
  type HttpAnswer,
  type Message,
  post,
  type Sent,
  unreachable,
} from './driver.ts';
import type { GatewaySettings } from './settings.ts';

export const httpGateway = (settings: GatewaySettings): Channel => ({
  id: settings.id,
  kind: settings.kind,
  perMinute: settings.perMinute ?? 600,
  send(message, signal) {
    const form = settings.encoding === 'form';
    const filled = fill(settings.body, message);
    const body = form ? formOf(filled) : JSON.stringify(filled);
    const type = form
      ? 'application/x-www-form-urlencoded; charset=utf-8'
      : 'application/json; charset=utf-8';
    const headers = { 'content-type': type, ...settings.headers };
    return post({ url: settings.url, body, headers, signal }, (answer) => judge(settings, answer));
  },
});

function judge(settings: GatewaySettings, { body, text }: HttpAnswer): Sent {
  const { success, reference, permanent = [] } = settings;
  if (success === undefined) return accepted();
  const said = at(body, success.pointer);
  if (String(said) === success.equals) {
    const named = reference === undefined ? undefined : at(body, reference);
    return accepted(named === undefined || named === null ? null : String(named));
  }
  const detail = `${String(said)} ${text}`;
  return permanent.includes(String(said)) ? unreachable(detail) : failed(detail);
}

/** Texts with `{phone}`, `{text}` and the like filled in; everything else as it is. */
function fill(value: unknown, message: Message): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{(\w+)\}/g, (whole, name) => placeOf(message, name) ?? whole);
  if (Array.isArray(value)) return value.map((one) => fill(one, message));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, message)]));
}

function placeOf(message: Message, name: string): string | undefined {
  const { id, title, text, link, name: person, phone, address } = message;
  const places: Readonly<Record<string, string>> = {
    id,
    title,
    text,
    link: link ?? '',
    name: person,
    phone,
    address,
  };
  return places[name];
}

/** Form fields; what is no text travels as JSON, as vendors' template parameters do. */
function formOf(filled: unknown): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(typeof filled === 'object' && filled !== null ? filled : {}))
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return form.toString();
}

/** Value at a JSON pointer (RFC 6901); undefined when there is none. */
function at(body: unknown, pointer: string): unknown {
  let value = body;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return value;
}
