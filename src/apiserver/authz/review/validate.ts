/** Validation of access reviews (pkg/apis/authorization/validation). */
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
  SubjectAccessReview,
} from '../../../api/authorization/v1.gen.ts';
import { fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { isLabelKey, isLabelValue } from '../../../machinery/names.ts';

export type ReviewKind = 'SubjectAccessReview' | 'LocalSubjectAccessReview' | 'SelfSubjectAccessReview';

export function validateReview(kind: ReviewKind, review: SubjectAccessReview): FieldError[] {
  const { spec } = review;
  const path = fieldPath('spec');
  const { resourceAttributes: resource, nonResourceAttributes: nonResource } = spec;
  const errors: FieldError[] = [];
  if (resource && nonResource)
    errors.push(invalid(path.child('nonResourceAttributes'), nonResource, 'cannot be specified in combination with resourceAttributes'));
  if (!resource && !nonResource) {
    errors.push(
      invalid(path.child('resourceAttributes'), null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'),
    );
  }
  if (kind !== 'SelfSubjectAccessReview' && !spec.user && !spec.groups?.length) {
    errors.push(invalid(path.child('user'), spec.user ?? '', 'at least one of user or group must be specified'));
  }
  if (resource) errors.push(...validateSelectors(resource, path.child('resourceAttributes')));
  errors.push(...validateMetadata(kind, review));
  if (kind !== 'LocalSubjectAccessReview') return errors;
  if (resource && (resource.namespace ?? '') !== (review.metadata?.namespace ?? '')) {
    errors.push(invalid(path.child('resourceAttributes', 'namespace'), resource.namespace ?? '', 'must match metadata.namespace'));
  }
  if (nonResource) errors.push(invalid(path.child('nonResourceAttributes'), nonResource, 'disallowed on this kind of request'));
  return errors;
}

/** A review is no object with a name: its metadata stay empty. */
function validateMetadata(kind: ReviewKind, { metadata }: SubjectAccessReview): FieldError[] {
  const local = kind === 'LocalSubjectAccessReview';
  const filled = Object.entries(metadata ?? {}).filter(
    ([key, value]) => key !== 'managedFields' && !(local && key === 'namespace') && !isEmpty(value),
  );
  return filled.length === 0
    ? []
    : [invalid(fieldPath('metadata'), metadata, local ? 'must be empty except for namespace' : 'must be empty')];
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || value === 0 || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function validateSelectors({ fieldSelector, labelSelector }: ResourceAttributes, path: FieldPath): FieldError[] {
  return [
    ...validateSelector(fieldSelector, path.child('fieldSelector'), false),
    ...validateSelector(labelSelector, path.child('labelSelector'), true),
  ];
}

function validateSelector(
  selector: FieldSelectorAttributes | LabelSelectorAttributes | undefined,
  path: FieldPath,
  labels: boolean,
): FieldError[] {
  if (!selector) return [];
  const errors: FieldError[] = [];
  const requirements = selector.requirements ?? [];
  if (selector.rawSelector && requirements.length > 0)
    errors.push(invalid(path.child('rawSelector'), selector.rawSelector, 'may not specified at the same time as requirements'));
  if (!selector.rawSelector && requirements.length === 0) {
    errors.push(required(path.child('requirements'), `when ${path.toString()} is specified, requirements or rawSelector is required`));
  }
  for (const [i, { key, operator, values = [] }] of requirements.entries()) {
    const at = path.child('requirements').index(i);
    if (!labels && key === '') errors.push(required(at.child('key'), 'must be specified'));
    // Operators of newer clients are let through: they are ignored later.
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
      errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      errors.push(forbidden(at.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
    if (!labels) continue;
    for (const problem of isLabelKey(key)) errors.push(invalid(at.child('key'), key, problem));
    for (const [j, value] of values.entries())
      for (const problem of isLabelValue(value)) errors.push(invalid(at.child('values').index(j), value, problem));
  }
  return errors;
}
