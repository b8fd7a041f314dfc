import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isQualifiedName } from '../../../../machinery/names.ts';
import { isNativeResource } from '../../../../machinery/pod/extended-resource.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { checkClaimSpec } from '../../shared/claim-spec.ts';
import { claimSpecWarnings } from '../../shared/claim-warnings.ts';
import { checkImmutable, IMMUTABLE } from '../../shared/field-checks.ts';
import { hasInvalidValues } from '../../shared/label-selectors.ts';
import { checkBasicQuantity, checkNonNegativeQuantity } from '../../shared/quantities.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { goDiff } from '../../shared/spec-diff.ts';

const specPath = fieldPath('spec');
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const IMMUTABLE_SPEC = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function validateClaim({ spec }: PersistentVolumeClaim, old?: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  const anyApiGroup = old !== undefined && (old.spec.dataSource?.apiGroup !== undefined || old.spec.dataSourceRef?.apiGroup !== undefined);
  checkClaimSpec(spec, specPath, errors, { anyApiGroup, invalidSelectorValues: hasInvalidValues(old?.spec.selector) });
  return errors;
}

export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors = validateClaim(claim, old);
  const next = withoutChangeable(claim, old, errors);
  const was: PersistentVolumeClaimSpec = { ...old.spec, ...(!old.spec.volumeName && { volumeName: claim.spec.volumeName }) };
  if (!semanticEqual(next, was)) {
    errors.push(forbidden(specPath, `${IMMUTABLE_SPEC}\n${goDiff('core/v1.PersistentVolumeClaimSpec', was, next)}`));
  }
  checkSize(claim, old, errors);
  checkImmutable(claim.spec.volumeMode, old.spec.volumeMode, fieldPath('volumeMode'), errors);
  const attributes = claim.spec.volumeAttributesClassName;
  if (attributes !== old.spec.volumeAttributesClassName && old.status?.currentVolumeAttributesClassName !== undefined && !attributes) {
    const what = attributes === undefined ? 'nil' : 'empty string';
    errors.push(
      forbidden(
        specPath.child('volumeAttributesClassName'),
        `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
      ),
    );
  }
  return errors;
}

/** The new spec with what may change as it was. */
function withoutChangeable(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldError[]): PersistentVolumeClaimSpec {
  const next: PersistentVolumeClaimSpec = { ...claim.spec };
  const [annotation, was] = [claim.metadata.annotations?.[BETA_CLASS], old.metadata.annotations?.[BETA_CLASS]];
  const named = next.storageClassName;
  const unnamedBefore = old.spec.storageClassName === undefined;
  if (was !== undefined && unnamedBefore && named === was && (annotation === undefined || annotation === was)) delete next.storageClassName;
  else {
    if ((annotation ?? '') !== (was ?? ''))
      errors.push(invalid(fieldPath('metadata', 'annotations', BETA_CLASS), annotation ?? '', IMMUTABLE));
    // The default class may be given later to claims that named none (KEP-3333).
    if (named !== undefined && unnamedBefore && (was === undefined || named === was)) delete next.storageClassName;
  }
  if (claim.status?.phase !== 'Bound') return next;
  if (next.resources?.requests) {
    const { storage: _storage, ...rest } = next.resources.requests;
    const size = old.spec.resources?.requests?.['storage'];
    next.resources = { ...next.resources, requests: { ...rest, ...(size !== undefined && { storage: size }) } };
  }
  if (old.spec.volumeAttributesClassName === undefined) delete next.volumeAttributesClassName;
  else next.volumeAttributesClassName = old.spec.volumeAttributesClassName;
  return next;
}

/** A claim may shrink again while it is not larger yet (KEP-1790). */
function checkSize(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldError[]): void {
  const size = (value: string | undefined) => Quantity.parse(value ?? '0');
  const now = size(claim.spec.resources?.requests?.['storage']);
  if (now.compare(size(old.spec.resources?.requests?.['storage'])) >= 0) return;
  if (now.compare(size(old.status?.capacity?.['storage'])) > 0) return;
  errors.push(forbidden(specPath.child('resources', 'requests', 'storage'), 'field can not be less than status.capacity'));
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort();

export function validateClaimStatus({ status = {} }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath('status');
  for (const [name, value] of Object.entries(status.capacity ?? {})) checkBasicQuantity(value, path.child('capacity').key(name), errors);
  const statesPath = path.child('allocatedResourceStatuses');
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    checkKey(name, statesPath, errors);
    if (!RESIZE_STATES.includes(state)) errors.push(notSupported(statesPath, name, RESIZE_STATES));
  }
  const allocated = path.child('allocatedResources');
  for (const [name, value] of Object.entries(status.allocatedResources ?? {})) {
    if (!checkKey(name, allocated, errors)) continue;
    const before = errors.length;
    checkBasicQuantity(value, allocated.key(name), errors);
    if (errors.length === before) checkNonNegativeQuantity(value, allocated.key(name), errors);
  }
  return errors;
}

function checkKey(name: string, path: FieldPath, errors: FieldError[]): boolean {
  const messages = isQualifiedName(name);
  for (const message of messages) errors.push(invalid(path, name, message));
  if (messages.length > 0) return false;
  if (!isNativeResource(name) || name === 'storage') return true;
  errors.push(notSupported(path, name, ['storage']));
  return false;
}

export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): string[] {
  const beta = `${fieldPath('metadata', 'annotations').key(BETA_CLASS)}: deprecated since v1.8; use "storageClassName" attribute instead`;
  return [...(metadata.annotations?.[BETA_CLASS] === undefined ? [] : [beta]), ...claimSpecWarnings(spec, specPath)];
}
