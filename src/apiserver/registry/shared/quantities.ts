/** Rules of amounts. Texts have been decoded, so they parse. */
import { invalid, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isExtendedResource, isNativeResource } from '../../../machinery/pod/extended-resource.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import { NEGATIVE, NOT_POSITIVE } from './field-checks.ts';

const INTEGER_RESOURCES = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]); // prettier-ignore

/** The usual text of an amount that is not negative; no need to calculate. */
const PLAIN = /^\d+[A-Za-z]*$/;

export function checkNonNegativeQuantity(value: string, path: FieldPath, errors: FieldError[]): void {
  if (!PLAIN.test(value) && Quantity.parse(value).sign() < 0) errors.push(invalid(path, value, NEGATIVE));
}

export function checkPositiveQuantity(value: string, path: FieldPath, errors: FieldError[]): void {
  if (Quantity.parse(value).sign() <= 0) errors.push(invalid(path, value, NOT_POSITIVE));
}

/** Not negative, and whole where the resource is counted in pieces. */
export function checkResourceQuantity(resource: string, value: string, path: FieldPath, errors: FieldError[]): void {
  checkNonNegativeQuantity(value, path, errors);
  if (isIntegerResource(resource) && !Quantity.parse(value).roundUp(-3).isExactAt(0))
    errors.push(invalid(path, value, 'must be an integer'));
}

export function checkBasicQuantity(value: string, path: FieldPath, errors: FieldError[]): void {
  if (PLAIN.test(value)) return;
  const amount = Quantity.parse(value).value();
  if (amount < 0) errors.push(invalid(path, amount, 'must be a valid resource quantity'));
}

function isIntegerResource(name: string): boolean {
  return INTEGER_RESOURCES.has(name) || (name.includes('/') && isExtendedResource(name));
}

export const isHugePages = (name: string) => name.startsWith('hugepages-');

/** More may be promised than there is. */
export const isOvercommitAllowed = (name: string) => isNativeResource(name) && !isHugePages(name);

/** A whole number of pages of the size in the resource's name. */
export function isWholePages(name: string, value: string): boolean {
  try {
    const size = Quantity.parse(name.slice('hugepages-'.length));
    return size.sign() > 0 && size.isExactAt(0) && Quantity.parse(value).scaledBig(0) % size.scaledBig(0) === 0n;
  } catch {
    // The name holds no amount.
    return false;
  }
}
