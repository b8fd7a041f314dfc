/** Rules of ObjectMeta that every object keeps (k8s.io/apimachinery/pkg/api/validation, objectmeta.go). */
import type { ManagedFieldsEntry, OwnerReference } from '../../api/meta/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { fieldPath, forbidden, invalid, required, tooLong, type FieldError, type FieldPath } from '../../machinery/field.ts';
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain, isLabelValue, isPathSegmentName, isPathSegmentPrefix, isQualifiedName, maskTrailingDash } from '../../machinery/names.ts'; // prettier-ignore
import { goQuote } from '../../wire/json/go-text.ts';
import { checkImmutable, checkNonNegative } from './shared/field-checks.ts';

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;
const FIELD_MANAGER_LIMIT = 128;
const SUBRESOURCE_LIMIT = 256;
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** A name rule: what is wrong with it, in upstream's words; `prefix` for generateName. */
export type NameRule = (name: string, prefix: boolean) => string[];

export const nameIsSubdomain: NameRule = (name, prefix) => isDNS1123Subdomain(prefix ? maskTrailingDash(name) : name);
export const nameIsLabel: NameRule = (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name);
export const nameIsLabel1035: NameRule = (name, prefix) => isDNS1035Label(prefix ? maskTrailingDash(name) : name);
export const nameIsPathSegment: NameRule = (name, prefix) => (prefix ? isPathSegmentPrefix(name) : isPathSegmentName(name));

const metadataPath = fieldPath('metadata');

/** `builtin`: finalizers without a domain must be the garbage collector's or the namespaces'. */
export function validateObjectMeta(
  object: AnyObject,
  namespaced: boolean,
  rule: NameRule = nameIsSubdomain,
  builtin = false,
): FieldError[] {
  const errors: FieldError[] = [];
  const { name, generateName, namespace } = object.metadata;
  if (generateName)
    for (const message of rule(generateName, true)) errors.push(invalid(metadataPath.child('generateName'), generateName, message));
  if (!name) errors.push(required(metadataPath.child('name'), 'name or generateName is required'));
  else for (const message of rule(name, false)) errors.push(invalid(metadataPath.child('name'), name, message));
  if (namespaced) {
    const path = metadataPath.child('namespace');
    if (!namespace) errors.push(required(path));
    else for (const message of isDNS1123Label(namespace)) errors.push(invalid(path, namespace, message));
  } else if (namespace) errors.push(forbidden(metadataPath.child('namespace'), 'not allowed on this type'));
  checkNonNegative(object.metadata.generation, metadataPath.child('generation'), errors);
  checkCommon(object, errors);
  checkFinalizers(object.metadata.finalizers ?? [], builtin, errors);
  checkManagedFields(object.metadata.managedFields ?? [], errors);
  return errors;
}

export function validateObjectMetaUpdate(object: AnyObject, old: AnyObject, builtin = false): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata } = object;
  const { metadata: was } = old;
  if (was.deletionTimestamp !== undefined) {
    const before = new Set(was.finalizers ?? []);
    const added = [...new Set((metadata.finalizers ?? []).filter((f) => !before.has(f)))].sort();
    if (added.length > 0) {
      const list = `[]string{${added.map(goQuote).join(', ')}}`;
      errors.push(
        forbidden(
          metadataPath.child('finalizers'),
          `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
        ),
      );
    }
  }
  if ((metadata.generation ?? 0) < (was.generation ?? 0))
    errors.push(invalid(metadataPath.child('generation'), metadata.generation ?? 0, 'must not be decremented'));
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    checkImmutable(metadata[field] || undefined, was[field] || undefined, metadataPath.child(field), errors);
  }
  checkCommon(object, errors);
  checkManagedFields(metadata.managedFields ?? [], errors);
  if (builtin) (metadata.finalizers ?? []).forEach((f, i) => checkKubeFinalizer(f, metadataPath.child('finalizers').index(i), errors));
  return errors;
}

function checkCommon({ metadata }: AnyObject, errors: FieldError[]): void {
  if (metadata.labels) errors.push(...validateLabels(metadata.labels, metadataPath.child('labels')));
  if (metadata.annotations) errors.push(...validateAnnotations(metadata.annotations, metadataPath.child('annotations')));
  if (metadata.ownerReferences) checkOwnerReferences(metadata.ownerReferences, metadataPath.child('ownerReferences'), errors);
}

export function validateLabels(labels: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    for (const message of isQualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of isLabelValue(value)) errors.push(invalid(path, value, message));
  }
  return errors;
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

function checkOwnerReferences(references: readonly OwnerReference[], path: FieldPath, errors: FieldError[]): void {
  let controller = '';
  for (const reference of references) {
    checkOwnerReference(reference, path, errors);
    if (!reference.controller) continue;
    const current = `${reference.kind}/${reference.name}`;
    if (controller === '') controller = current;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      errors.push(invalid(path, references, detail));
    }
  }
}

function checkOwnerReference(reference: OwnerReference, path: FieldPath, errors: FieldError[]): void {
  // Text with more than one slash is no group version, and has no version then.
  const version = reference.apiVersion.split('/').length > 2 ? '' : (reference.apiVersion.split('/').at(-1) ?? '');
  if (version === '') errors.push(invalid(path.child('apiVersion'), reference.apiVersion, 'version must not be empty'));
  for (const field of ['kind', 'name', 'uid'] as const)
    if (!reference[field]) errors.push(invalid(path.child(field), '', 'must not be empty'));
  if (reference.apiVersion === 'v1' && reference.kind === 'Event')
    errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
}

function checkFinalizers(finalizers: readonly string[], builtin: boolean, errors: FieldError[]): void {
  const path = metadataPath.child('finalizers');
  for (const finalizer of finalizers) for (const message of isQualifiedName(finalizer)) errors.push(invalid(path, finalizer, message));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  if (builtin) finalizers.forEach((finalizer, i) => checkKubeFinalizer(finalizer, path.index(i), errors));
}

/** Finalizers without a domain are those of the garbage collector and of namespaces. */
export function checkKubeFinalizer(finalizer: string, path: FieldPath, errors: FieldError[]): void {
  if (!finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer)) {
    errors.push(invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
}

function checkManagedFields(entries: readonly ManagedFieldsEntry[], errors: FieldError[]): void {
  entries.forEach((entry, i) => {
    const path = metadataPath.child('managedFields').index(i);
    if (entry.operation !== 'Apply' && entry.operation !== 'Update')
      errors.push(invalid(path.child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1')
      errors.push(invalid(path.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    if ((entry.manager?.length ?? 0) > FIELD_MANAGER_LIMIT) errors.push(tooLong(path.child('manager'), '', FIELD_MANAGER_LIMIT));
    if ((entry.subresource?.length ?? 0) > SUBRESOURCE_LIMIT) errors.push(tooLong(path.child('subresource'), '', SUBRESOURCE_LIMIT));
  });
}
