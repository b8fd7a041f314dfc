import type { ReplicaSet } from '../../../../api/apps/v1.gen.ts';
import { fieldPath, invalid, type FieldError } from '../../../../machinery/field.ts';
import { checkImmutable, checkNonNegative } from '../../shared/field-checks.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkRequiredSelector, checkRunsForever, checkTemplateMatches, matcherOf } from '../../shared/pods/workload-template.ts';
import { checkCounts, checkWithinReplicas } from '../../shared/status-counts.ts';

const specPath = fieldPath('spec');

export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(spec.replicas, specPath.child('replicas'), errors);
  checkNonNegative(spec.minReadySeconds, specPath.child('minReadySeconds'), errors);
  checkRequiredSelector(spec.selector, 'deployment', specPath.child('selector'), errors);
  const matcher = matcherOf(spec.selector);
  if (!matcher) return [...errors, invalid(specPath.child('selector'), spec.selector, 'invalid label selector')];
  const path = specPath.child('template');
  // Stored objects always have one, if an empty one.
  const template = spec.template ?? { spec: { containers: [] } };
  checkTemplateMatches(template, matcher, path, errors);
  checkPodTemplate(template, path, errors);
  checkRunsForever(template, 'ReplicaSet', path, errors);
  return errors;
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet): FieldError[] {
  const errors = validateReplicaSet(set);
  checkImmutable(set.spec.selector, old.spec.selector, specPath.child('selector'), errors);
  return errors;
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'];

export function validateReplicaSetStatus(status: object): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath('status');
  checkCounts(status, COUNTS, path, errors);
  checkWithinReplicas(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], path, errors);
  return errors;
}
