import type { ReplicaSet } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { podNameWarnings } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { replicasFields } from './replicas-fields.ts';
import { validateReplicaSet, validateReplicaSetStatus, validateReplicaSetUpdate } from './validation.ts';

const asSet = (object: AnyObject) => object as unknown as ReplicaSet;

export const replicaSetStrategy: Strategy = {
  ...replicasFields,
  validate: (object) => validateReplicaSet(asSet(object)),
  validateUpdate: (object, old) => validateReplicaSetUpdate(asSet(object), asSet(old)),
  warnings(object, old) {
    if (old && semanticEqual(object['spec'], old['spec'])) return [];
    const ofTemplate = templateWarnings(asSet(object).spec.template, fieldPath('spec', 'template'));
    return old ? ofTemplate : [...podNameWarnings(object.metadata.name), ...ofTemplate];
  },
  status: { validateUpdate: (object) => validateReplicaSetStatus(asSet(object).status ?? {}) },
};
