/** Defaults of jobs (pkg/apis/batch/v1/defaults.go). */
import type { CronJob, Job, PodFailurePolicyOnPodConditionsPattern } from '../../../api/batch/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

const MAX_INT32 = 2 ** 31 - 1;

export const batchDefaults: DefaultRules = {
  'batch/v1.Job': rule(defaultJob),
  'batch/v1.CronJob': rule<CronJob>(({ spec }) => {
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
  }),
  'batch/v1.PodFailurePolicyOnPodConditionsPattern': rule<PodFailurePolicyOnPodConditionsPattern>(
    (pattern) => void (pattern.status ||= 'True'),
  ),
};

function defaultJob({ metadata, spec }: Job): void {
  // A job that says neither runs one pod once.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex !== undefined ? MAX_INT32 : 6;
  const labels = spec.template.metadata?.labels;
  // The very same map: labels that creation adds to the template show on the job too, as they do upstream.
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
}
