type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * All values of a header. A repeated header must come as an array: one string is one value, even with commas in it, because names of
 * users and groups may hold commas, and splitting them would let one group pass for two.
 */
export function headerValues(headers: Headers, name: string): readonly string[] {
  const value = headers[name.toLowerCase()];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The first value; '' when there is none. */
export function headerValue(headers: Headers, name: string): string {
  return headerValues(headers, name)[0] ?? '';
}

/** Headers whose name starts with `prefix` (lower case): the rest of the name, unescaped, to their values. */
export function prefixedHeaders(headers: Headers, prefix: string): Map<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(prefix)) continue;
    const key = unescape(name.slice(prefix.length));
    out.set(key, [...(out.get(key) ?? []), ...headerValues(headers, name)]);
  }
  return out;
}

/** Keys that are badly escaped are taken as they are. */
function unescape(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** Headers that are lists by their own grammar, or of which only one counts: these stay as Node gives them. */
const JOINABLE =
  /^(accept|authorization|cache-control|connection|content-|cookie|forwarded|host|sec-websocket-|te$|transfer-encoding|upgrade|user-agent|via|x-forwarded-)/;

/** Node's headers, with the values of other repeated ones kept apart. `raw`: name, value, name, value, as received. */
export function separateHeaders(headers: Headers, raw: readonly string[]): Headers {
  if (Object.keys(headers).length * 2 === raw.length) return headers;
  const repeated = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (!JOINABLE.test(name)) repeated.set(name, [...(repeated.get(name) ?? []), raw[i + 1] ?? '']);
  }
  return { ...headers, ...Object.fromEntries([...repeated].filter(([, values]) => values.length > 1)) };
}
