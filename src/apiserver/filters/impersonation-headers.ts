import { badRequest } from '../../machinery/status-error.ts';
import { goQuote } from '../../wire/json/go-text.ts';
import { headerValue, headerValues, prefixedHeaders } from '../header-values.ts';
import type { ApiRequest } from '../request.ts';

/** Who somebody wants to be, as their headers say it. */
export interface WantedUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

type Headers = ApiRequest['headers'];

const EXTRA = 'impersonate-extra-';

/** undefined: nobody else. Throws 400 for headers that say more about a user who is not named. */
export function wantedUser(headers: Headers): WantedUser | undefined {
  if (!Object.keys(headers).some((name) => name.startsWith('impersonate-'))) return undefined;
  const wanted: WantedUser = {
    name: headerValue(headers, 'impersonate-user'),
    uid: headerValue(headers, 'impersonate-uid'),
    groups: headerValues(headers, 'impersonate-group'),
    extra: prefixedHeaders(headers, EXTRA),
  };
  if (wanted.name !== '') return wanted;
  if (wanted.uid === '' && wanted.groups.length === 0 && wanted.extra.size === 0) return undefined;
  throw badRequest(`requested ${goText(wanted)} without impersonating a user name`);
}

/** What comes after must not see that somebody is impersonated: it could only do something different. */
export function withoutImpersonation(headers: Headers): Headers {
  const names = new Set(['impersonate-user', 'impersonate-uid', 'impersonate-group']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name) && !name.startsWith(EXTRA)));
}

/** As Go prints the struct. */
function goText({ name, uid, groups, extra }: WantedUser): string {
  const list = (values: readonly string[]) => (values.length === 0 ? '[]string(nil)' : `[]string{${values.map(goQuote).join(', ')}}`);
  const entries = [...extra].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => `${goQuote(key)}:${list(values)}`);
  const map = extra.size === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`;
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:${map}}`;
}
