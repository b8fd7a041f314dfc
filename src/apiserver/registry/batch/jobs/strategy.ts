import type { Job } from '../../../../api/batch/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { podNameWarnings } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { validateJobStatusUpdate } from './status-validation.ts';
import { validateJob, validateJobUpdate } from './validation.ts';
import { jobSpecWarnings } from './warnings.ts';

const asJob = (object: AnyObject) => object as unknown as Job;
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

/** Jobs find their pods by the job's uid, unless a client gives a selector and says so (pkg/registry/batch/job). */
export const jobStrategy: Strategy = {
  defaultPropagation: 'Orphan',
  prepareForCreate(object) {
    if (!asJob(object).spec.manualSelector) generateSelector(asJob(object));
  },
  validate: (object) => validateJob(asJob(object)),
  validateUpdate: (object, old) => validateJobUpdate(asJob(object), asJob(old)),
  warnings(object, old) {
    if (old && semanticEqual(object['spec'], old['spec'])) return [];
    const ofSpec = jobSpecWarnings(asJob(object).spec, fieldPath('spec'));
    return old ? ofSpec : [...podNameWarnings(object.metadata.name), ...ofSpec];
  },
  status: { validateUpdate: (object, old) => validateJobStatusUpdate(asJob(object), asJob(old)) },
  selectableFieldNames: ['status.successful'],
  selectableFields: (object) => ({ 'status.successful': String(asJob(object).status?.succeeded ?? 0) }),
};

/** What a client set already is left for validation to judge. */
function generateSelector({ metadata, spec }: Job): void {
  const { uid } = metadata;
  const generated = {
    'job-name': metadata.name,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': uid,
    [CONTROLLER_UID]: uid,
  };
  const template = (spec.template.metadata ??= {} as NonNullable<Job['spec']['template']['metadata']>);
  const labels = (template.labels ??= {});
  for (const [name, value] of Object.entries(generated)) labels[name] ??= value;
  const selector = (spec.selector ??= {});
  selector.matchLabels = { [CONTROLLER_UID]: uid, ...selector.matchLabels };
}
