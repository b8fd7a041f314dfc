import { aggregateMessage, fieldPath, invalid, required, type FieldError } from '../../machinery/field.ts';
import { isDNS1123Subdomain, regexError } from '../../machinery/names.ts';
import { goQuote } from '../../wire/json/go-text.ts';

/** What is wrong with the keys and values that somebody wants to have, in the constrained modes. */
export function checkExtra(extra: ReadonlyMap<string, readonly string[]>): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const problems = aggregateMessage(domainPrefixedPath(key));
    if (problems !== undefined) return `impersonating an invalid key in extra is not allowed: ${problems}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.length === 0) return 'impersonating empty values in extra is not allowed';
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `acme.io/foo` (IsDomainPrefixedPath). */
function domainPrefixedPath(text: string): FieldError[] {
  const at = fieldPath('extra', 'key');
  if (text === '') return [required(at)];
  const slash = text.indexOf('/');
  const [host, path] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)];
  if (host === '' || path === '') return [invalid(at, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = isDNS1123Subdomain(host).map((why) => invalid(at, host, why));
  if (!new RegExp(`^${PATH}$`).test(path)) errors.push(invalid(at, path, regexError('Invalid path', PATH)));
  return errors;
}
