/** Rules of what a claim for storage asks for; of claims and of templates for them. */
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedLocalObjectReference,
  TypedObjectReference,
} from '../../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../../api/meta/v1.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { validateAnnotations, validateLabels } from '../validate-meta.ts';
import { checkLabel, checkRequired, checkSubdomain } from './field-checks.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { checkPositiveQuantity } from './quantities.ts';
import { semanticEqual } from './semantic-equal.ts';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

export interface ClaimSpecOptions {
  /** The claim had a group that is no domain before. */
  readonly anyApiGroup?: boolean;
  readonly invalidSelectorValues?: boolean;
}

export function checkClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: FieldPath,
  errors: FieldError[],
  options: ClaimSpecOptions = {},
): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errors.push(required(path.child('accessModes'), 'at least 1 access mode is required'));
  checkLabelSelector(spec.selector, path.child('selector'), errors, { allowInvalidValues: options.invalidSelectorValues ?? false });
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path.child('accessModes'), mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(path.child('accessModes'), 'may not use ReadWriteOncePod with other access modes'));
  }
  const size = spec.resources?.requests?.['storage'];
  const sizePath = path.child('resources').key('storage');
  if (size === undefined) errors.push(required(sizePath));
  else checkPositiveQuantity(size, sizePath, errors);
  if (spec.storageClassName) checkSubdomain(spec.storageClassName, path.child('storageClassName'), errors);
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode))
    errors.push(notSupported(path.child('volumeMode'), spec.volumeMode, VOLUME_MODES));
  checkSources(spec, path, errors, options);
  if (spec.volumeAttributesClassName) checkSubdomain(spec.volumeAttributesClassName, path.child('volumeAttributesClassName'), errors);
}

function checkSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  path: FieldPath,
  errors: FieldError[],
  options: ClaimSpecOptions,
): void {
  if (dataSource) checkSource(dataSource, path.child('dataSource'), errors, options);
  if (dataSourceRef) checkSource(dataSourceRef, path.child('dataSourceRef'), errors, options);
  if (!dataSource || !dataSourceRef) return;
  // The path itself is shown as the value: upstream prints it as an empty struct.
  const conflict = (detail: string) => errors.push(invalid(path, {}, detail));
  if (dataSourceRef.namespace) conflict('may not be specified when dataSourceRef.namespace is specified');
  else if (!semanticEqual(pick(dataSource), pick(dataSourceRef))) conflict('must match dataSourceRef');
}

const pick = ({ apiGroup, kind, name }: TypedLocalObjectReference) => ({ apiGroup, kind, name });

function checkSource(source: TypedObjectReference, path: FieldPath, errors: FieldError[], options: ClaimSpecOptions): void {
  checkRequired(source.name, path.child('name'), errors);
  checkRequired(source.kind, path.child('kind'), errors);
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(path, source.kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group !== '' && !options.anyApiGroup) checkSubdomain(group, path.child('apiGroup'), errors);
  if (source.namespace) checkLabel(source.namespace, path.child('namespace'), errors);
}

/** Claims that are made for a pod carry labels and annotations, and nothing else of their template's metadata. */
export function checkClaimTemplate(template: PersistentVolumeClaimTemplate, path: FieldPath, errors: FieldError[]): void {
  checkTemplateMeta(template.metadata, path.child('metadata'), errors);
  checkClaimSpec(template.spec, path.child('spec'), errors);
}

/** In Go's order. */
const FORBIDDEN_META = [
  'name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp',
  'deletionGracePeriodSeconds', 'ownerReferences', 'finalizers', 'managedFields',
] as const; // prettier-ignore

export function checkTemplateMeta(metadata: ObjectMeta | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!metadata) return;
  if (metadata.annotations) errors.push(...validateAnnotations(metadata.annotations, path.child('annotations')));
  if (metadata.labels) errors.push(...validateLabels(metadata.labels, path.child('labels')));
  for (const field of FORBIDDEN_META) {
    if (!metadata[field]) continue;
    errors.push(forbidden(path.child(field === 'uid' ? 'uID' : field), 'cannot be set'));
  }
}
