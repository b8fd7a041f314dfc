import { domainPrefixedPath } from '../../machinery/domain-prefixed-path.ts';
import { aggregateMessage, fieldPath } from '../../machinery/field.ts';
import { goQuote } from '../../wire/json/go-text.ts';

/** What is wrong with the keys and values that somebody wants to have, in the constrained modes. */
export function checkExtra(extra: ReadonlyMap<string, readonly string[]>): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const problems = aggregateMessage(domainPrefixedPath(fieldPath('extra', 'key'), key));
    if (problems !== undefined) return `impersonating an invalid key in extra is not allowed: ${problems}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.length === 0) return 'impersonating empty values in extra is not allowed';
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}
