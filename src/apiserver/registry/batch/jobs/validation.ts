/** What a job must look like, and what of it may change (ValidateJob, ValidateJobUpdate). */
import type { Job, JobSpec } from '../../../../api/batch/v1.gen.ts';
import type { Affinity, Container, PodSpec, PodTemplateSpec } from '../../../../api/core/v1.gen.ts';
import { fieldPath, invalid, required, type FieldError } from '../../../../machinery/field.ts';
import { isDNS1123Label } from '../../../../machinery/names.ts';
import { checkImmutable, IMMUTABLE } from '../../shared/field-checks.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkLabelSelector } from '../../shared/label-selectors.ts';
import { matcherOf } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { isConditionTrue } from './conditions.ts';
import { checkJobSpec } from './spec-rules.ts';

const specPath = fieldPath('spec');
const JOB_NAME = 'batch.kubernetes.io/job-name';
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

export function validateJob(job: Job, old?: Job): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = job;
  checkGeneratedSelector(job, old, errors);
  checkSpec(spec, errors);
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${metadata.name}-${(spec.completions ?? 0) - 1}`;
    if (isDNS1123Label(hostname).length > 0) {
      errors.push(invalid(fieldPath('metadata', 'name'), metadata.name, `will not able to create pod with invalid DNS label: ${hostname}`));
    }
  }
  return errors;
}

function checkSpec(spec: JobSpec, errors: FieldError[]): void {
  checkJobSpec(spec, specPath, errors);
  if (!spec.selector) errors.push(required(specPath.child('selector')));
  else checkLabelSelector(spec.selector, specPath.child('selector'), errors);
  const labels = spec.template.metadata?.labels;
  if (matcherOf(spec.selector)?.matches(labels ?? {}) === false) {
    errors.push(invalid(specPath.child('template', 'metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
}

/** The labels that the server gives must still be there, and be found. */
function checkGeneratedSelector({ metadata, spec }: Job, old: Job | undefined, errors: FieldError[]): void {
  if (spec.manualSelector || !spec.selector) return;
  const was = old?.spec.template.metadata?.labels;
  const withPrefix = !old || (was?.[JOB_NAME] !== undefined && was[CONTROLLER_UID] !== undefined);
  const expected: Record<string, string> = { 'controller-uid': metadata.uid, 'job-name': metadata.name };
  if (withPrefix) Object.assign(expected, { [CONTROLLER_UID]: metadata.uid, [JOB_NAME]: metadata.name });
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    const path = specPath.child('template', 'metadata', 'labels').key(key);
    if (labels[key] === undefined) errors.push(required(path, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(path, labels, `must be '${value}'`));
  }
  if (matcherOf(spec.selector)?.matches(expected) === false)
    errors.push(invalid(specPath.child('selector'), spec.selector, '`selector` not auto-generated'));
}

export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  // Upstream looks at the spec twice; the messages print once.
  const errors = validateJob(job, old);
  const [spec, was] = [job.spec, old.spec];
  checkCompletions(spec, was, errors);
  checkImmutable(spec.selector, was.selector, specPath.child('selector'), errors);
  checkTemplate(job, old, errors);
  checkImmutable(spec.completionMode, was.completionMode, specPath.child('completionMode'), errors);
  for (const [field, type] of [
    ['podFailurePolicy', 'PodFailurePolicy'],
    ['backoffLimitPerIndex', ''],
    ['managedBy', ''],
    ['successPolicy', 'SuccessPolicy'],
  ] as const) {
    // prettier-ignore
    if (semanticEqual(spec[field], was[field])) continue;
    errors.push(invalid(specPath.child(field), type ? goShown(`batch/v1.${type}`, spec[field]) : (spec[field] ?? null), IMMUTABLE));
  }
  return errors;
}

function checkCompletions(spec: JobSpec, was: JobSpec, errors: FieldError[]): void {
  const path = specPath.child('completions');
  if (spec.completionMode !== 'Indexed') return checkImmutable(spec.completions, was.completions, path, errors);
  if (spec.completions === undefined || spec.completions === was.completions || spec.completions === spec.parallelism) return;
  errors.push(invalid(path, spec.completions, 'can only be modified in tandem with spec.parallelism'));
}

/** While a job is suspended, where its pods shall run and what they ask for may change (KEP-2926, KEP-5440). */
function checkTemplate(job: Job, old: Job, errors: FieldError[]): void {
  const suspended = old.spec.suspend === true;
  const idle = old.status?.startTime === undefined || isConditionTrue(old, 'Suspended');
  const mayChange = suspended && idle && (old.status?.active ?? 0) === 0;
  const now = job.spec.template;
  if (!mayChange) {
    if (!semanticEqual(now, old.spec.template))
      errors.push(invalid(specPath.child('template'), goShown('core/v1.PodTemplateSpec', now), IMMUTABLE));
    return;
  }
  const expected = withNewResources(now.spec, withNewPlacement(now, old.spec.template).spec);
  if (!semanticEqual(now.spec, expected))
    errors.push(invalid(specPath.child('template.spec'), goShown('core/v1.PodSpec', now.spec), IMMUTABLE));
}

function withNewPlacement(now: PodTemplateSpec, was: PodTemplateSpec): PodTemplateSpec {
  const { nodeSelector, tolerations, schedulingGates } = now.spec;
  return {
    ...was,
    metadata: now.metadata,
    spec: { ...was.spec, nodeSelector, tolerations, schedulingGates, affinity: mixedAffinity(now.spec, was.spec) },
  };
}

function mixedAffinity({ affinity: now }: PodSpec, { affinity: was }: PodSpec): Affinity | undefined {
  const mixed: Affinity = { ...was };
  if (now?.nodeAffinity) mixed.nodeAffinity = now.nodeAffinity;
  else delete mixed.nodeAffinity;
  return now || Object.keys(mixed).length > 0 ? mixed : undefined;
}

function withNewResources(now: PodSpec, was: PodSpec): PodSpec {
  const mixed = (next: readonly Container[] | undefined, old: Container[] | undefined): Container[] | undefined => {
    if (!old || next?.length !== old.length) return old;
    return old.map((container, i) => (next[i]?.name === container.name ? { ...container, resources: next[i].resources } : container));
  };
  return { ...was, containers: mixed(now.containers, was.containers) ?? [], initContainers: mixed(now.initContainers, was.initContainers) };
}
