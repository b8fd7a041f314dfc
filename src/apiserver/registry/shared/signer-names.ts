/** Names of certificate signers and of the trust bundles that belong to them (pkg/apis/core/validation/names.go). */
import { invalid, required, tooLong, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { DNS1123_LABEL_MAX, DNS1123_SUBDOMAIN_MAX, isDNS1123Label, isDNS1123Subdomain, type NameRule } from '../../../machinery/names.ts';
import { goQuote } from '../../../wire/json/go-text.ts';
import type { NameRule as ObjectNameRule } from '../validate-meta.ts';
import { nameIsSubdomain } from '../validate-meta.ts';

const MAX_LENGTH = DNS1123_SUBDOMAIN_MAX + (DNS1123_SUBDOMAIN_MAX + DNS1123_LABEL_MAX + 1) + 1;

/** `example.com/signer-name`. */
export function checkSignerName(name: string, path: FieldPath, errors: FieldError[]): void {
  if (name === '') return void errors.push(required(path));
  const [domain = '', rest = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    return void errors.push(invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
  }
  if (domain.length > DNS1123_SUBDOMAIN_MAX) errors.push(tooLong(path, '', DNS1123_SUBDOMAIN_MAX));
  const labels = domain.split('.');
  checkFirstBad(labels, isDNS1123Label, domain, path, errors);
  if (labels.length < 2) errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  checkFirstBad(rest.split('.'), isDNS1123Subdomain, rest, path, errors);
  if (name.length > MAX_LENGTH) errors.push(tooLong(path, '', MAX_LENGTH));
}

function checkFirstBad(labels: readonly string[], rule: NameRule, value: string, path: FieldPath, errors: FieldError[]): void {
  const bad = labels.find((label) => rule(label).length > 0);
  if (bad !== undefined) for (const message of rule(bad)) errors.push(invalid(path, value, `validating label ${goQuote(bad)}: ${message}`));
}

/** Bundles of a signer carry its name; others carry no colon. */
export function trustBundleName(signerName: string): ObjectNameRule {
  return (name, prefix) => {
    if (signerName === '') {
      return name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : nameIsSubdomain(name, prefix);
    }
    const start = `${signerName.replaceAll('/', ':')}:`;
    if (!name.startsWith(start)) return [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${start}`];
    return nameIsSubdomain(name.slice(start.length), prefix);
  };
}

/** The signer that a bundle's name speaks of; '' for none. */
export function signerOfTrustBundle(name: string): string {
  const colon = name.lastIndexOf(':');
  return colon < 0 ? '' : name.slice(0, colon).replaceAll(':', '/');
}
