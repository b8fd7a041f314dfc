import type { ControllerRevision } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, required, type FieldError } from '../../../../machinery/field.ts';
import { checkImmutable, checkNonNegative } from '../../shared/field-checks.ts';
import type { Strategy } from '../../strategy.ts';

const asRevision = (object: AnyObject) => object as unknown as ControllerRevision;

/** Revisions of a controller's template: what was is not changed, only counted anew. */
export const controllerRevisionStrategy: Strategy = {
  validate(object) {
    const { revision, data } = asRevision(object);
    const errors: FieldError[] = [];
    checkNonNegative(revision, fieldPath('revision'), errors);
    if (data === undefined || data === null) errors.push(required(fieldPath('data'), 'data is mandatory'));
    else if (typeof data !== 'object' || Array.isArray(data)) errors.push(required(fieldPath('data'), 'data must be a valid JSON object'));
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    checkNonNegative(asRevision(object).revision, fieldPath('revision'), errors);
    checkImmutable(asRevision(object).data, asRevision(old).data, fieldPath('data'), errors);
    return errors;
  },
};
