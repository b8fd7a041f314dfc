/** Strategy of a custom resource (k8s.io/apiextensions-apiserver/pkg/registry/customresource). */
import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import type { FieldError } from '../../machinery/field.ts';
import type { Strategy } from '../registry/strategy.ts';
import { nameIsSubdomain } from '../registry/validate-meta.ts';
import { evaluate, parseJsonPath } from './json-path.ts';
import { validateCustomResource } from './validate.ts';
import type { JsonObject, Structural } from './structural.ts';

/** What of a definition's storage version matters to writing; read anew for each write, because definitions change. */
export interface CustomRules {
  readonly hasStatus: boolean;
  readonly schema: Structural | undefined;
  /** JSON paths of selectable fields. */
  readonly selectable: readonly string[];
  /** Rules in CEL (x-kubernetes-validations). */
  readonly validateRules?: (object: JsonObject, old: JsonObject | undefined) => FieldError[];
}

export function customStrategy(rules: () => CustomRules): Strategy {
  const check = (object: AnyObject, old: AnyObject | undefined): FieldError[] => {
    const { schema, validateRules } = rules();
    if (!schema) return [];
    const errors = validateCustomResource(object, schema);
    return errors.length > 0 ? errors : (validateRules?.(object, old) ?? []);
  };
  return {
    validateName: nameIsSubdomain,
    allowUnconditionalUpdate: false,
    prepareForCreate(object) {
      if (rules().hasStatus) delete object['status'];
      object.metadata.generation = 1;
    },
    prepareForUpdate(object, old) {
      if (rules().hasStatus) setOrDelete(object, 'status', old['status']);
      const changed = !isDeepStrictEqual(counted(object, rules().hasStatus), counted(old, rules().hasStatus));
      object.metadata.generation = (old.metadata.generation ?? 1) + (changed ? 1 : 0);
    },
    validate: (object) => check(object, undefined),
    validateUpdate: (object, old) => check(object, old),
    status: {
      prepareForUpdate(object, old) {
        for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
          if (field !== 'metadata' && field !== 'status') setOrDelete(object, field, old[field]);
        }
        const { managedFields } = object.metadata;
        object.metadata = { ...old.metadata, managedFields };
      },
      validateUpdate: (object, old) => check(object, old),
    },
    get selectableFieldNames() {
      return rules().selectable.map((path) => path.slice(1));
    },
    selectableFields: (object) => Object.fromEntries(rules().selectable.map((path) => [path.slice(1), fieldText(object, path)])),
  };
}

function fieldText(object: AnyObject, path: string): string {
  const [value] = evaluate(parseJsonPath(path), object);
  return value === undefined || value === null ? '' : String(value);
}

function setOrDelete(object: AnyObject, field: string, value: unknown): void {
  if (value === undefined) delete object[field];
  else object[field] = value;
}

/** What generation counts: all but metadata, and status where it is kept apart. */
function counted(object: AnyObject, hasStatus: boolean): unknown {
  const { metadata: _metadata, apiVersion: _apiVersion, status, ...rest } = object;
  return JSON.parse(stringifyJson(hasStatus || status === undefined ? rest : { ...rest, status })) as unknown;
}
