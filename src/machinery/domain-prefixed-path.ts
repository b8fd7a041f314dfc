import { invalid, required, type FieldError, type FieldPath } from './field.ts';
import { isDNS1123Subdomain, regexError } from './names.ts';

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `acme.io/foo` (IsDomainPrefixedPath of apimachinery). */
export function domainPrefixedPath(at: FieldPath, text: string): FieldError[] {
  if (text === '') return [required(at, '')];
  const slash = text.indexOf('/');
  const [host, path] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)];
  if (host === '' || path === '') return [invalid(at, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = isDNS1123Subdomain(host).map((why) => invalid(at, host, why));
  if (!new RegExp(`^${PATH}$`).test(path)) errors.push(invalid(at, path, regexError('Invalid path', PATH)));
  return errors;
}
