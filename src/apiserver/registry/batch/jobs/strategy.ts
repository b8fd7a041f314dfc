import type { Job } from '../../../../api/batch/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';

const asJob = (object: AnyObject) => object as unknown as Job;
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

/** Jobs find their pods by the job's uid, unless a client gives a selector and says so (pkg/registry/batch/job). */
export const jobStrategy: Strategy = {
  defaultPropagation: 'Orphan',
  prepareForCreate(object) {
    if (!asJob(object).spec.manualSelector) generateSelector(asJob(object));
  },
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
