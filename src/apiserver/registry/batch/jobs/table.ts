import type { Job } from '../../../../api/batch/v1.gen.ts';
import { formatLabelSelector } from '../../../../machinery/selectors/label-selector.ts';
import { humanDuration } from '../../age.ts';
import { AGE, column, containerImages, containerNames, CONTAINERS, IMAGES, NAME, tableOf, wide } from '../../shared/table.ts';

export const jobTable = tableOf<Job>(
  [
    NAME,
    column('Status', 'string', 'Status of the job.'),
    column(
      'Completions',
      'string',
      'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
    ),
    column('Duration', 'string', 'Time required to complete the job.'),
    AGE,
    CONTAINERS,
    IMAGES,
    wide(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
    ),
  ],
  (job, age, nowMs) => {
    const { metadata, spec } = job;
    const containers = spec.template.spec?.containers;
    return [
      metadata.name,
      state(job),
      completions(job),
      runtime(job, nowMs),
      age,
      containerNames(containers),
      containerImages(containers),
      formatLabelSelector(spec.selector),
    ];
  },
);

/** Conditions that name the state, the first that holds. */
function state({ metadata, status }: Job): string {
  const has = (type: string) => status?.conditions?.find((c) => c.type === type)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function runtime({ status }: Job, nowMs: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(end - Date.parse(status.startTime));
}
