import type { ReplicationController } from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError } from '../../../../machinery/field.ts';
import { checkNonNegative } from '../../shared/field-checks.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkCounts, checkWithinReplicas } from '../../shared/status-counts.ts';

const specPath = fieldPath('spec');

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  const { selector = {}, template } = spec;
  checkNonNegative(spec.minReadySeconds, specPath.child('minReadySeconds'), errors);
  if (Object.keys(selector).length === 0) errors.push(required(specPath.child('selector')));
  if (spec.replicas === undefined) errors.push(required(specPath.child('replicas')));
  checkNonNegative(spec.replicas, specPath.child('replicas'), errors);
  const path = specPath.child('template');
  if (!template) return [...errors, required(path)];
  const labels = template.metadata?.labels;
  if (Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) {
    errors.push(invalid(path.child('metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
  checkPodTemplate(template, path, errors);
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(path.child('spec', 'activeDeadlineSeconds'), 'activeDeadlineSeconds in ReplicationController is not Supported'));
  }
  return errors;
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];

export function validateReplicationControllerStatus(status: object): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath('status');
  checkCounts(status, COUNTS, path, errors);
  checkWithinReplicas(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], path, errors);
  return errors;
}
