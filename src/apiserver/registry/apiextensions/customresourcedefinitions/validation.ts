/** Rules of definitions (k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation). */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../../../api/apiextensions/v1.gen.ts';
import { duplicate, fieldPath, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '../../../../machinery/names.ts';
import { isObject, type Structural } from '../../../crd/structural.ts';
import { compilePattern } from '../../../crd/validate.ts';
import { hasCondition } from './conditions.ts';

export function validateDefinition(crd: CustomResourceDefinition): FieldError[] {
  const { spec, metadata } = crd;
  const path = fieldPath('spec');
  const errors: FieldError[] = [];
  const wantedName = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  if (metadata.name !== wantedName) errors.push(invalid(fieldPath('metadata', 'name'), metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (!spec.group) errors.push(required(path.child('group'), ''));
  else {
    for (const message of isDNS1123Subdomain(spec.group)) errors.push(invalid(path.child('group'), spec.group, message));
    if (spec.group.split('.').length < 2) errors.push(invalid(path.child('group'), spec.group, 'should be a domain with at least one dot'));
  }
  if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(spec.scope ? notSupported(path.child('scope'), spec.scope, ['Cluster', 'Namespaced']) : required(path.child('scope'), ''));
  errors.push(...validateVersions(spec.versions ?? [], path.child('versions')), ...validateNames(crd, path.child('names')));
  if (spec.preserveUnknownFields) errors.push(invalid(path.child('preserveUnknownFields'), true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'));
  if (spec.conversion?.strategy === 'Webhook' && !spec.conversion.webhook?.clientConfig) errors.push(required(path.child('conversion', 'webhook', 'clientConfig'), 'required when strategy is set to Webhook'));
  return errors;
}

export function validateDefinitionUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const errors = validateDefinition(crd);
  if (!hasCondition(old, 'Established')) return errors;
  const path = fieldPath('spec');
  const fixed: [FieldPath, unknown, unknown][] = [
    [path.child('group'), crd.spec.group, old.spec.group],
    [path.child('scope'), crd.spec.scope, old.spec.scope],
    [path.child('names', 'kind'), crd.spec.names.kind, old.spec.names.kind],
    [path.child('names', 'plural'), crd.spec.names.plural, old.spec.names.plural],
  ];
  for (const [at, now, before] of fixed) if (now !== before) errors.push(invalid(at, now, 'field is immutable'));
  return errors;
}

function validateNames(crd: CustomResourceDefinition, path: FieldPath): FieldError[] {
  const { names } = crd.spec;
  const errors: FieldError[] = [];
  if (!names?.plural) errors.push(required(path.child('plural'), ''));
  if (!names?.kind) errors.push(required(path.child('kind'), ''));
  for (const field of ['plural', 'singular'] as const) {
    const value = names?.[field];
    if (value) for (const message of isDNS1035Label(value)) errors.push(invalid(path.child(field), value, message));
  }
  for (const field of ['kind', 'listKind'] as const) {
    const value = names?.[field];
    if (value) for (const message of isDNS1035Label(value.toLowerCase())) errors.push(invalid(path.child(field), value, `may have mixed case, but should otherwise match: ${message}`));
  }
  if (names?.kind && names.kind === names.listKind) errors.push(invalid(path.child('listKind'), names.listKind, 'kind and listKind may not be the same'));
  return errors;
}

function validateVersions(versions: readonly CustomResourceDefinitionVersion[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  versions.forEach((version, i) => {
    const at = path.index(i);
    if (seen.has(version.name)) errors.push(duplicate(at.child('name'), version.name));
    seen.add(version.name);
    for (const message of isDNS1035Label(version.name)) errors.push(invalid(at.child('name'), version.name, message));
    const schema = version.schema?.openAPIV3Schema as Structural | undefined;
    if (!schema) errors.push(required(at.child('schema', 'openAPIV3Schema'), 'schemas are required'));
    else errors.push(...validateSchema(schema, at.child('schema', 'openAPIV3Schema'), true));
  });
  const stored = versions.filter((v) => v.storage).length;
  if (stored !== 1) errors.push(invalid(path, versions.map((v) => v.name), 'must have exactly one version marked as storage version'));
  return errors;
}

/** The rules that make a schema structural, as far as they decide what is stored: types everywhere, no $ref, sane combinations. */
function validateSchema(schema: Structural, path: FieldPath, root = false): FieldError[] {
  const errors: FieldError[] = [];
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const unknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!schema.type && !intOrString && !unknown) errors.push(required(path.child('type'), `must not be empty for specified ${root ? 'root of schema' : 'object fields'}`));
  if (root && schema.type && schema.type !== 'object') errors.push(invalid(path.child('type'), schema.type, 'must be object at the root'));
  if (schema.$ref) errors.push(forbidden(path.child('$ref'), '$ref is not supported'));
  if (schema.uniqueItems) errors.push(forbidden(path.child('uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  if (schema.properties && schema.additionalProperties !== undefined) errors.push(forbidden(path.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'));
  if (schema.additionalProperties === false) errors.push(forbidden(path.child('additionalProperties'), 'additionalProperties cannot be set to false'));
  if (schema.pattern && !compilePattern(schema.pattern)) errors.push(invalid(path.child('pattern'), schema.pattern, 'must be a valid regular expression, but isn\'t'));
  if (schema.type === 'array' && !schema.items) errors.push(required(path.child('items'), 'must be specified'));
  if (schema['x-kubernetes-list-type'] === 'map' && !schema['x-kubernetes-list-map-keys']?.length) errors.push(required(path.child('x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map'));
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    // metadata of the root is the server's business.
    if (root && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue;
    errors.push(...validateSchema(sub as Structural, path.child('properties').key(name)));
  }
  if (isObject(schema.additionalProperties)) errors.push(...validateSchema(schema.additionalProperties as Structural, path.child('additionalProperties')));
  if (isObject(schema.items)) errors.push(...validateSchema(schema.items as Structural, path.child('items')));
  return errors;
}
