import type { Deployment, DeploymentStrategy } from '../../../../api/apps/v1.gen.ts';
import { fieldPath, forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkImmutable, checkNonNegative } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkAtMost100Percent, checkIntOrPercent, numberIn } from '../../shared/int-or-percent.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkRequiredSelector, checkRunsForever, checkTemplateMatches, matcherOf } from '../../shared/pods/workload-template.ts';
import { checkCounts, checkNotDecremented, checkWithinReplicas } from '../../shared/status-counts.ts';

const specPath = fieldPath('spec');
const statusPath = fieldPath('status');

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(spec.replicas, specPath.child('replicas'), errors);
  checkRequiredSelector(spec.selector, 'deployment', specPath.child('selector'), errors);
  const matcher = matcherOf(spec.selector);
  const path = specPath.child('template');
  if (!matcher) errors.push(invalid(specPath.child('selector'), spec.selector, 'invalid label selector'));
  else {
    checkTemplateMatches(spec.template, matcher, path, errors);
    checkPodTemplate(spec.template, path, errors);
    checkRunsForever(spec.template, 'ReplicaSet', path, errors);
  }
  checkStrategy(spec.strategy, specPath.child('strategy'), errors);
  checkNonNegative(spec.minReadySeconds, specPath.child('minReadySeconds'), errors);
  checkNonNegative(spec.revisionHistoryLimit, specPath.child('revisionHistoryLimit'), errors);
  const deadline = spec.progressDeadlineSeconds;
  checkNonNegative(deadline, specPath.child('progressDeadlineSeconds'), errors);
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid(specPath.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment): FieldError[] {
  const errors = validateDeployment(deployment);
  checkImmutable(deployment.spec.selector, old.spec.selector, specPath.child('selector'), errors);
  return errors;
}

function checkStrategy(strategy: DeploymentStrategy, path: FieldPath, errors: FieldError[]): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate) errors.push(forbidden(path.child('rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'"));
  } else if (type !== 'RollingUpdate')
    errors.push(notSupported(path, goShown('apps/v1.DeploymentStrategy', strategy), ['Recreate', 'RollingUpdate']));
  else if (!rollingUpdate) errors.push(required(path.child('rollingUpdate'), 'this should be defaulted and never be nil'));
  else {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
    const here = path.child('rollingUpdate', 'maxUnavailable');
    checkIntOrPercent(maxUnavailable, here, errors);
    checkIntOrPercent(maxSurge, path.child('rollingUpdate', 'maxSurge'), errors);
    if (numberIn(maxUnavailable) === 0 && numberIn(maxSurge) === 0)
      errors.push(invalid(here, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
    checkAtMost100Percent(maxUnavailable, here, errors);
  }
}

const COUNTS = [
  'observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount',
]; // prettier-ignore

export function validateDeploymentStatus({ status = {} }: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkCounts(status, COUNTS, statusPath, errors);
  checkWithinReplicas(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], statusPath, errors);
  checkNotDecremented(status, old.status ?? {}, 'collisionCount', statusPath, errors);
  return errors;
}
