/** Structural schemas of custom resources (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema). */
import type { JSONSchemaProps } from '../../api/apiextensions/v1.gen.ts';

/** A schema as the CustomResourceDefinition gives it; extensions under their own names. */
export type Structural = JSONSchemaProps & {
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: ValidationRule[];
};

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Schema of a property: declared, or by additionalProperties. */
export function propertySchema(schema: Structural, name: string): Structural | undefined {
  const declared = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (declared) return declared as Structural;
  return isObject(schema.additionalProperties) ? (schema.additionalProperties as Structural) : undefined;
}

export function itemSchema(schema: Structural): Structural | undefined {
  return isObject(schema.items) && !Array.isArray(schema.items) ? (schema.items as Structural) : undefined;
}

/** True when fields without a schema stay. */
export function preservesUnknown(schema: Structural): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}
