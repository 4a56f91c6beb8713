/** Addresses of the console. Everything a person sees is in the address: it can be shared, and survives a reload. */

/** A page by its name, what its path's `:name` parts held, and the query. */
export type Route = {
  readonly page: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
};
/** A page's addresses: `/duty`, `/duty/a/:alarm`. */
export type Place = { readonly name: string; readonly paths: readonly string[] };

/** The first place whose path matches; for an unknown address the first place of all. */
export function parseAddress(path: string, search: string, places: readonly Place[]): Route {
  const query = new URLSearchParams(search);
  for (const { name, paths } of places) {
    for (const pattern of paths) {
      const params = match(pattern, path);
      if (params !== null) return { page: name, params, query };
    }
  }
  return { page: places[0]?.name ?? '', params: {}, query };
}

/** The list or the map with an alarm chosen, or without; `query` as `viewToQuery` writes it. */
export const alarmAddress = (page: 'duty' | 'map', alarm: string | null, query: string): string =>
  (alarm === null ? `/${page}` : `/${page}/a/${encodeURIComponent(alarm)}`) + query;

/** Where to go after log-in: only ever a place of this console. */
export function safeReturn(wanted: string | null): string {
  return wanted !== null && /^\/(duty|shift|map|report|cfg|trend|replay|wall)(\/(?!\/)|\?|$)/.test(wanted)
    ? wanted
    : '/';
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (given.length > wanted.length && given.at(-1) === '') given.pop();
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const here = given[i] ?? '';
    if (part.startsWith(':') && here !== '') params[part.slice(1)] = safeDecode(here);
    else if (part !== here) return null;
  }
  return params;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
