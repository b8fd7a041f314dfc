import type { Secret } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';

const asSecret = (object: AnyObject) => object as unknown as Secret;

export const secretStrategy: Strategy = {
  selectableFieldNames: ['type'],
  selectableFields: (object) => ({ type: asSecret(object).type ?? '' }),
};
