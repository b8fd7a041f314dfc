import type { IPAddress } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, required, type FieldError } from '../../../../machinery/field.ts';
import { isPathSegmentName } from '../../../../machinery/names.ts';
import { checkImmutable, checkRule, checkSubdomain } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkIp } from '../../shared/ip-fields.ts';
import { checkSegment } from '../../shared/typed-references.ts';
import type { Strategy } from '../../strategy.ts';

const parentOf = (object: AnyObject) => (object as unknown as IPAddress).spec?.parentRef;
const path = fieldPath('spec', 'parentRef');

/** An address of a service; its name is the address. */
export const ipAddressStrategy: Strategy = {
  validateName(name) {
    const errors: FieldError[] = [];
    checkIp(fieldPath('name'), name, errors);
    return errors.map((error) => error.detail);
  },
  validate(object) {
    const parent = parentOf(object);
    if (!parent) return [required(path)];
    const errors: FieldError[] = [];
    if (parent.group) checkSubdomain(parent.group, path.child('group'), errors);
    checkSegment(parent.resource, path.child('resource'), errors);
    checkSegment(parent.name, path.child('name'), errors);
    if (parent.namespace) checkRule(isPathSegmentName, parent.namespace, path.child('namespace'), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const shown = (value: unknown) => goShown('networking/v1.ParentReference', value);
    checkImmutable(shown(parentOf(object)), shown(parentOf(old)), path, errors);
    return errors;
  },
};
