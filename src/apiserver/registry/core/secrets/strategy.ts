import type { Secret } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';
import { validateSecret, validateSecretUpdate } from './validation.ts';

const asSecret = (object: AnyObject) => object as unknown as Secret;

/** pkg/registry/core/secret. */
export const secretStrategy: Strategy = {
  validate: (object) => validateSecret(asSecret(object)),
  validateUpdate: (object, old) => validateSecretUpdate(asSecret(object), asSecret(old)),
  selectableFieldNames: ['type'],
  selectableFields: (object) => ({ type: asSecret(object).type ?? '' }),
};
