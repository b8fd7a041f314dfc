import type { ReplicationController } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { replicasFields } from '../../apps/replicasets/replicas-fields.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { podNameWarnings } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { validateReplicationController, validateReplicationControllerStatus } from './validation.ts';

const asController = (object: AnyObject) => object as unknown as ReplicationController;

/** They orphan their pods unless a client asks otherwise: as they did before there was garbage collection. */
export const replicationControllerStrategy: Strategy = {
  ...replicasFields,
  defaultPropagation: 'Orphan',
  validate: (object) => validateReplicationController(asController(object)),
  validateUpdate: (object) => validateReplicationController(asController(object)),
  warnings(object, old) {
    if (old && semanticEqual(object['spec'], old['spec'])) return [];
    const ofTemplate = templateWarnings(asController(object).spec.template, fieldPath('spec', 'template'));
    return old ? ofTemplate : [...podNameWarnings(object.metadata.name), ...ofTemplate];
  },
  status: { validateUpdate: (object) => validateReplicationControllerStatus(asController(object).status ?? {}) },
};
