/** Rules of names below a domain: `acme.io/foo`. */
import { invalid, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, regexError } from '../../../machinery/names.ts';
import { checkSubdomain } from './field-checks.ts';

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH_RE = new RegExp(`^${PATH}$`);

export function checkDomainPrefixedPath(value: string, path: FieldPath, errors: FieldError[]): void {
  const slash = value.indexOf('/');
  const [host, rest] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  if (value === '') errors.push(required(path));
  else if (host === '' || rest === '') errors.push(invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else {
    checkSubdomain(host, path, errors);
    if (!PATH_RE.test(rest)) errors.push(invalid(path, rest, regexError('Invalid path', PATH)));
  }
}

export function checkDomainPrefixedKey(key: string, path: FieldPath, errors: FieldError[]): void {
  if (key === '') return void errors.push(required(path));
  const messages = isQualifiedName(key);
  for (const message of messages) errors.push(invalid(path, key, message));
  if (messages.length === 0 && !key.includes('/')) errors.push(invalid(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")'));
}

/** At least two labels; a dot at the end does not count. */
export function checkFullyQualifiedName(value: string, path: FieldPath, errors: FieldError[]): void {
  if (value === '') return void errors.push(required(path));
  const name = value.replace(/\.$/, '');
  const messages = isDNS1123Subdomain(name);
  if (messages.length > 0) return void errors.push(invalid(path, name, messages.join(',')));
  const labels = name.split('.');
  if (labels.length < 2) return void errors.push(invalid(path, name, 'should be a domain with at least two segments separated by dots'));
  const bad = labels.find((label) => isDNS1123Label(label).length > 0);
  if (bad !== undefined) errors.push(invalid(path, bad, isDNS1123Label(bad).join(',')));
}
