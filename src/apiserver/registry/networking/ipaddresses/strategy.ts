import { isDeepStrictEqual } from 'node:util';
import type { IPAddress } from '../../../../api/networking/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { canonicalIp } from '../../../../base/ip.ts';
import { fieldPath, invalid, required, type FieldError } from '../../../../machinery/field.ts';
import type { Strategy } from '../../strategy.ts';

const asAddress = (object: AnyObject) => object as unknown as IPAddress;
const parent = fieldPath('spec', 'parentRef');

/** An address is its own name, in canonical form, and belongs to one object for good (pkg/registry/networking/ipaddress). */
export const ipAddressStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  validateName(name, prefix) {
    if (prefix) return [];
    const canonical = canonicalIp(name);
    if (canonical === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
    return canonical === name ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
  },
  validate: (object) => validate(asAddress(object)),
  validateUpdate: (object, old) => [
    ...validate(asAddress(object)),
    ...(isDeepStrictEqual(asAddress(object).spec, asAddress(old).spec) ? [] : [invalid(parent, asAddress(object).spec.parentRef, 'field is immutable')]),
  ],
};

function validate({ spec }: IPAddress): FieldError[] {
  const reference = spec?.parentRef;
  if (!reference) return [required(parent, '')];
  return [
    ...(reference.resource ? [] : [required(parent.child('resource'), '')]),
    ...(reference.name ? [] : [required(parent.child('name'), '')]),
  ];
}
