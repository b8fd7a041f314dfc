import type { Deployment } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { podNameWarnings } from '../../shared/pods/workload-template.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from './validation.ts';

const asDeployment = (object: AnyObject) => object as unknown as Deployment;

export const deploymentStrategy: Strategy = {
  validate: (object) => validateDeployment(asDeployment(object)),
  validateUpdate: (object, old) => validateDeploymentUpdate(asDeployment(object), asDeployment(old)),
  warnings(object, old) {
    if (old && semanticEqual(object['spec'], old['spec']) && semanticEqual(object.metadata.annotations, old.metadata.annotations))
      return [];
    const ofTemplate = templateWarnings(asDeployment(object).spec.template, fieldPath('spec', 'template'));
    return old ? ofTemplate : [...podNameWarnings(object.metadata.name), ...ofTemplate];
  },
  status: {
    prepareForUpdate(object, old) {
      if (old.metadata.labels === undefined) delete object.metadata.labels;
      else object.metadata.labels = old.metadata.labels;
    },
    validateUpdate: (object, old) => validateDeploymentStatus(asDeployment(object), asDeployment(old)),
  },
};
