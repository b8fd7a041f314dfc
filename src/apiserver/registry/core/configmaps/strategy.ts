import type { ConfigMap } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, invalid, type FieldError } from '../../../../machinery/field.ts';
import { decodedSize, validateDataKeys, validateDataSize, validateImmutable } from '../../shared/data-map.ts';
import type { Strategy } from '../../strategy.ts';

const asConfigMap = (object: AnyObject) => object as unknown as ConfigMap;

/** pkg/registry/core/configmap. */
export const configMapStrategy: Strategy = {
  validate: (object) => validate(asConfigMap(object)),
  validateUpdate: (object, old) => [...validateChange(asConfigMap(object), asConfigMap(old)), ...validate(asConfigMap(object))],
};

function validate({ data, binaryData }: ConfigMap): FieldError[] {
  const errors = [...validateDataKeys(data, fieldPath('data')), ...validateDataKeys(binaryData, fieldPath('binaryData'))];
  for (const key of Object.keys(data ?? {})) {
    if (binaryData && Object.hasOwn(binaryData, key)) errors.push(invalid(fieldPath('data').key(key), key, 'duplicate of key present in binaryData'));
  }
  const bytes = Object.values(data ?? {}).reduce((sum, v) => sum + Buffer.byteLength(v), 0) + Object.values(binaryData ?? {}).reduce((sum, v) => sum + decodedSize(v), 0);
  // Upstream names no field for the size of the whole.
  return [...errors, ...validateDataSize(bytes, fieldPath(''))];
}

function validateChange(now: ConfigMap, old: ConfigMap): FieldError[] {
  return validateImmutable(now, old, [[fieldPath('data'), now.data, old.data], [fieldPath('binaryData'), now.binaryData, old.binaryData]], fieldPath('immutable'));
}
