import type { DaemonSet, DaemonSetUpdateStrategy } from '../../../../api/apps/v1.gen.ts';
import { fieldPath, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkImmutable, checkNonNegative } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkAtMost100Percent, checkIntOrPercent, numberIn } from '../../shared/int-or-percent.ts';
import { checkLabelSelector, isEmptySelector } from '../../shared/label-selectors.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkRunsForever, matcherOf } from '../../shared/pods/workload-template.ts';
import { checkCounts, checkNotDecremented } from '../../shared/status-counts.ts';

const specPath = fieldPath('spec');
const statusPath = fieldPath('status');

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  const path = specPath.child('template');
  checkLabelSelector(spec.selector, specPath.child('selector'), errors);
  const labels = spec.template.metadata?.labels;
  if (matcherOf(spec.selector)?.matches(labels ?? {}) === false) {
    errors.push(invalid(path.child('metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
  if (spec.selector && isEmptySelector(spec.selector)) {
    errors.push(invalid(specPath.child('selector'), spec.selector, 'empty selector is invalid for daemonset'));
  }
  checkPodTemplate(spec.template, path, errors);
  checkRunsForever(spec.template, 'DaemonSet', path, errors);
  checkNonNegative(spec.minReadySeconds, specPath.child('minReadySeconds'), errors);
  checkStrategy(spec.updateStrategy, specPath.child('updateStrategy'), errors);
  checkNonNegative(spec.revisionHistoryLimit, specPath.child('revisionHistoryLimit'), errors);
  return errors;
}

export function validateDaemonSetUpdate(set: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(set.spec.selector, old.spec.selector, specPath.child('selector'), errors);
  return [...errors, ...validateDaemonSet(set)];
}

function checkStrategy(strategy: DaemonSetUpdateStrategy, path: FieldPath, errors: FieldError[]): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    return void errors.push(notSupported(path, goShown('apps/v1.DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete']));
  }
  if (!rollingUpdate) return void errors.push(required(path.child('rollingUpdate')));
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const [unavailablePath, surgePath] = [path.child('rollingUpdate', 'maxUnavailable'), path.child('rollingUpdate', 'maxSurge')];
  checkIntOrPercent(maxUnavailable, unavailablePath, errors);
  checkIntOrPercent(maxSurge, surgePath, errors);
  checkAtMost100Percent(maxUnavailable, unavailablePath, errors);
  checkAtMost100Percent(maxSurge, surgePath, errors);
  const [takesAway, adds] = [numberIn(maxUnavailable) !== 0, numberIn(maxSurge) !== 0];
  if (takesAway && adds) errors.push(invalid(surgePath, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (!takesAway && !adds) errors.push(required(unavailablePath, 'cannot be 0 when maxSurge is 0'));
}

const COUNTS = [
  'currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable',
  'numberUnavailable', 'collisionCount',
]; // prettier-ignore

export function validateDaemonSetStatus(set: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkCounts(set.status ?? {}, COUNTS, statusPath, errors);
  checkNotDecremented(set.status ?? {}, old.status ?? {}, 'collisionCount', statusPath, errors);
  return errors;
}
