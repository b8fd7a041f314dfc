/** Rules of ObjectMeta that every object keeps (k8s.io/apimachinery/pkg/api/validation, objectmeta.go). */
import type { AnyObject } from '../../api/object.ts';
import { fieldPath, forbidden, invalid, required, tooLong, type FieldError, type FieldPath } from '../../machinery/field.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isLabelValue } from '../../machinery/names.ts';

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** A name rule: what is wrong with it, in upstream's words; `prefix` for generateName. */
export type NameRule = (name: string, prefix: boolean) => string[];

export const nameIsSubdomain: NameRule = (name, prefix) => isDNS1123Subdomain(prefix ? maskTrailingDash(name) : name);
export const nameIsLabel: NameRule = (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name);
export const nameIsPathSegment: NameRule = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`);
};

function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
}

export function validateObjectMeta(object: AnyObject, namespaced: boolean, rule: NameRule = nameIsSubdomain): FieldError[] {
  const path = fieldPath('metadata');
  const { name, generateName, namespace } = object.metadata;
  const errors: FieldError[] = [];
  if (generateName) for (const message of rule(generateName, true)) errors.push(invalid(path.child('generateName'), generateName, message));
  if (!name) errors.push(required(path.child('name'), 'name or generateName is required'));
  else for (const message of rule(name, false)) errors.push(invalid(path.child('name'), name, message));
  if (namespaced) {
    if (!namespace) errors.push(required(path.child('namespace'), ''));
    else for (const message of isDNS1123Label(namespace)) errors.push(invalid(path.child('namespace'), namespace, message));
  } else if (namespace) errors.push(forbidden(path.child('namespace'), 'not allowed on this type'));
  return [...errors, ...validateCommon(object, path)];
}

export function validateObjectMetaUpdate(object: AnyObject, old: AnyObject): FieldError[] {
  const path = fieldPath('metadata');
  const errors: FieldError[] = [];
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if ((object.metadata[field] ?? '') !== (old.metadata[field] ?? '')) errors.push(invalid(path.child(field), object.metadata[field], 'field is immutable'));
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    const before = new Set(old.metadata.finalizers ?? []);
    const added = (object.metadata.finalizers ?? []).filter((f) => !before.has(f));
    if (added.length > 0) {
      errors.push(forbidden(path.child('finalizers'), `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((f) => JSON.stringify(f)).join(', ')}}`));
    }
  }
  return [...errors, ...validateCommon(object, path)];
}

function validateCommon(object: AnyObject, path: FieldPath): FieldError[] {
  const { labels, annotations, ownerReferences, finalizers } = object.metadata;
  return [
    ...validateLabels(labels ?? {}, path.child('labels')),
    ...validateAnnotations(annotations ?? {}, path.child('annotations')),
    ...validateOwnerReferences(ownerReferences ?? [], path.child('ownerReferences')),
    ...(finalizers ?? []).flatMap((f) => validateFinalizer(f, path.child('finalizers'))),
  ];
}

export function validateLabels(labels: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((m) => invalid(path, key, m)),
    ...isLabelValue(value).map((m) => invalid(path.key(key), value, m)),
  ]);
}

export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    // Annotation keys may use upper case in the prefix.
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_LIMIT_BYTES) errors.push(tooLong(path, '', ANNOTATIONS_LIMIT_BYTES));
  return errors;
}

function validateOwnerReferences(references: NonNullable<AnyObject['metadata']['ownerReferences']>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  references.forEach((reference, i) => {
    const at = path.index(i);
    if (!reference.apiVersion || reference.apiVersion.split('/').length > 2) errors.push(invalid(at.child('apiVersion'), reference.apiVersion, 'version must not be empty'));
    if (!reference.kind) errors.push(invalid(at.child('kind'), reference.kind, 'kind must not be empty'));
    if (!reference.name) errors.push(invalid(at.child('name'), reference.name, 'name must not be empty'));
    if (!reference.uid) errors.push(invalid(at.child('uid'), reference.uid, 'uid must not be empty'));
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') errors.push(invalid(at, reference, '/v1, Kind=Event is disallowed from being an owner'));
    if (reference.controller) {
      if (controller !== '') {
        errors.push(invalid(path, references, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${reference.name}`));
      }
      controller ||= reference.name;
    }
  });
  return errors;
}

function validateFinalizer(finalizer: string, path: FieldPath): FieldError[] {
  const errors = isQualifiedName(finalizer).map((m) => invalid(path, finalizer, m));
  if (!finalizer.includes('/') && !['orphan', 'foregroundDeletion', 'kubernetes'].includes(finalizer)) {
    errors.push(invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
  }
  return errors;
}
