import type { CronJob } from '../../../../api/batch/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { podNameWarnings } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { jobSpecWarnings } from '../jobs/warnings.ts';
import { validateCronJob } from './validation.ts';

const asCronJob = (object: AnyObject) => object as unknown as CronJob;
const ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see ' +
  'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

export const cronJobStrategy: Strategy = {
  validate: (object) => validateCronJob(asCronJob(object)),
  validateUpdate: (object, old) => validateCronJob(asCronJob(object), asCronJob(old)),
  warnings(object, old) {
    const { schedule, jobTemplate } = asCronJob(object).spec;
    const same = old !== undefined && semanticEqual(object['spec'], old['spec']);
    return [
      ...(old ? [] : podNameWarnings(object.metadata.name)),
      ...(same ? [] : jobSpecWarnings(jobTemplate.spec, fieldPath('spec', 'jobTemplate', 'spec'))),
      ...(old && schedule.includes('TZ') ? [ZONE_IN_SCHEDULE] : []),
    ];
  },
};
