import type { JobSpec } from '../../../../api/batch/v1.gen.ts';
import type { FieldPath } from '../../../../machinery/field.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';

const MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track ' +
  'completedIndexes when a big number of indexes fail';

/** Of jobs and of the templates of cron jobs (pkg/api/job/warnings.go). */
export function jobSpecWarnings({ completionMode, completions = 0, parallelism = 0, template }: JobSpec, path: FieldPath): string[] {
  const many = completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000;
  return [...(many ? [`${path}: ${MANY}`] : []), ...templateWarnings(template, path.child('template'))];
}
