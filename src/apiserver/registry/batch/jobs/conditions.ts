import type { Job } from '../../../../api/batch/v1.gen.ts';

type WithConditions = Pick<Job, 'status'>;

const isCondition = ({ status }: WithConditions, type: string, value: string) =>
  (status?.conditions ?? []).some((c) => c.type === type && c.status === value);

export const isConditionTrue = (job: WithConditions, type: string): boolean => isCondition(job, type, 'True');
export const isConditionFalse = (job: WithConditions, type: string): boolean => isCondition(job, type, 'False');
export const isFinished = (job: WithConditions): boolean => isConditionTrue(job, 'Complete') || isConditionTrue(job, 'Failed');
