import type { Job, JobCondition } from '../../api/batch/v1.gen.ts';

/** The condition Complete or Failed of a job that has ended. */
export function finishedCondition(job: Job): JobCondition | undefined {
  return job.status.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True');
}
