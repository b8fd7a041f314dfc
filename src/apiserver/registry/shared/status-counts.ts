/** Rules of counts in a controller's status. */
import { invalid, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { checkNonNegative } from './field-checks.ts';

const numbers = (status: object) => status as Readonly<Record<string, number | undefined>>;

export function checkCounts(status: object, fields: readonly string[], path: FieldPath, errors: FieldError[]): void {
  for (const field of fields) checkNonNegative(numbers(status)[field], path.child(field), errors);
}

/** None of `fields` counts more than there are replicas, and none is available that is not ready. */
export function checkWithinReplicas(
  status: object,
  fields: readonly string[],
  path: FieldPath,
  errors: FieldError[],
  ready = 'readyReplicas',
): void {
  const count = (field: string) => numbers(status)[field] ?? 0;
  for (const field of fields) {
    if (count(field) > count('replicas')) errors.push(invalid(path.child(field), count(field), 'cannot be greater than status.replicas'));
  }
  if (count('availableReplicas') > count('readyReplicas')) {
    errors.push(invalid(path.child('availableReplicas'), count('availableReplicas'), `cannot be greater than ${ready}`));
  }
}

export function checkNotDecremented(status: object, old: object, field: string, path: FieldPath, errors: FieldError[]): void {
  const [now, was] = [numbers(status)[field], numbers(old)[field]];
  if (was !== undefined && (now === undefined || now < was)) errors.push(invalid(path.child(field), now ?? 0, 'cannot be decremented'));
}
