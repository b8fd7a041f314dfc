/** Rules of what a job shall do, in jobs and in the templates of cron jobs. */
import type { JobSpec } from '../../../../api/batch/v1.gen.ts';
import { invalid, notSupported, required, tooLong, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { checkDomainPrefixedPath } from '../../shared/domain-paths.ts';
import { checkNonNegative } from '../../shared/field-checks.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { checkPodFailurePolicy, checkSuccessPolicy } from './policy-rules.ts';

const MANY_COMPLETIONS = 100_000;
const MAX_PARALLELISM = 100_000;
const MAX_FAILED = 100_000;
const LIMIT_FOR_MANY = 10_000;
const MAX_MANAGED_BY = 63;
const REPLACEMENT = ['Failed', 'TerminatingOrFailed'];

export function checkJobSpec(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const) {
    checkNonNegative(spec[field], path.child(field), errors);
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  if (spec.managedBy !== undefined) {
    checkDomainPrefixedPath(spec.managedBy, path.child('managedBy'), errors);
    if (spec.managedBy.length > MAX_MANAGED_BY) errors.push(tooLong(path.child('managedBy'), '', MAX_MANAGED_BY));
  }
  checkCompletionMode(spec, path, errors);
  if (spec.podFailurePolicy) checkPodFailurePolicy(spec, path.child('podFailurePolicy'), errors);
  checkSuccessPolicy(spec, path.child('successPolicy'), errors);
  const replacement = spec.podReplacementPolicy;
  const allowed = spec.podFailurePolicy ? ['Failed'] : REPLACEMENT;
  if (replacement !== undefined && !allowed.includes(replacement))
    errors.push(notSupported(path.child('podReplacementPolicy'), replacement, allowed));
  checkPodTemplate(spec.template, path.child('template'), errors);
  checkRestartPolicy(spec, path.child('template', 'spec', 'restartPolicy'), errors);
}

function checkCompletionMode(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const { completionMode: mode = 'NonIndexed' } = spec;
  if (mode === 'Indexed') checkIndexed(spec, path, errors);
  else if (mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] !== undefined) errors.push(invalid(path.child(field), spec[field], 'requires indexed completion mode'));
    }
  } else errors.push(notSupported(path.child('completionMode'), mode, ['NonIndexed', 'Indexed']));
}

function checkIndexed(
  { completions, parallelism = 0, maxFailedIndexes: maxFailed, backoffLimitPerIndex }: JobSpec,
  path: FieldPath,
  errors: FieldError[],
): void {
  const tooMuch = (field: string, value: number, detail: string) =>
    errors.push(invalid(path.child(field), value, `must be less than or equal to ${detail}`));
  if (completions === undefined) errors.push(required(path.child('completions'), 'when completion mode is Indexed'));
  if (parallelism > MAX_PARALLELISM) tooMuch('parallelism', parallelism, `${MAX_PARALLELISM} when completion mode is Indexed`);
  if (completions !== undefined && maxFailed !== undefined && maxFailed > completions)
    tooMuch('maxFailedIndexes', maxFailed, 'completions');
  if (maxFailed !== undefined && maxFailed > MAX_FAILED) tooMuch('maxFailedIndexes', maxFailed, String(MAX_FAILED));
  if ((completions ?? 0) <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return;
  const many = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (maxFailed === undefined)
    errors.push(required(path.child('maxFailedIndexes'), `must be specified when completions is above ${MANY_COMPLETIONS}`));
  if (parallelism > LIMIT_FOR_MANY) tooMuch('parallelism', parallelism, `${LIMIT_FOR_MANY} ${many}`);
  if (maxFailed !== undefined && maxFailed > LIMIT_FOR_MANY) tooMuch('maxFailedIndexes', maxFailed, `${LIMIT_FOR_MANY} ${many}`);
}

function checkRestartPolicy({ template, podFailurePolicy }: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const policy = template.spec.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  else if (podFailurePolicy && policy !== 'Never')
    errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}
