/** The few addresses of the console. Everything a person sees is in the address: it can be shared, and survives a reload. */

export type Route =
  | { readonly page: 'login'; readonly query: URLSearchParams }
  | { readonly page: 'duty'; readonly alarm: string | null; readonly query: URLSearchParams };

export function parseAddress(path: string, search: string): Route {
  const query = new URLSearchParams(search);
  if (path === '/login') return { page: 'login', query };
  const alarm = /^\/duty\/a\/([^/]+)$/.exec(path)?.[1];
  return { page: 'duty', alarm: alarm === undefined ? null : safeDecode(alarm), query };
}

export const dutyAddress = (alarm: string | null, query: string): string =>
  (alarm === null ? '/duty' : `/duty/a/${encodeURIComponent(alarm)}`) + query;

/** Where to go after log-in: only ever a place of this console. */
export function safeReturn(wanted: string | null): string {
  return wanted !== null && /^\/duty(\/|\?|$)/.test(wanted) ? wanted : '/duty';
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
