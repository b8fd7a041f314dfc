import type { HorizontalPodAutoscaler } from '../../../../api/autoscaling/v2.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, type FieldError } from '../../../../machinery/field.ts';
import { checkCounts } from '../../shared/status-counts.ts';
import type { Strategy } from '../../strategy.ts';
import { validateAutoscaler } from './validation.ts';

const asAutoscaler = (object: AnyObject) => object as unknown as HorizontalPodAutoscaler;

/** Objects are those of autoscaling/v2, which is how they are stored. */
export const horizontalPodAutoscalerStrategy: Strategy = {
  validate: (object) => validateAutoscaler(asAutoscaler(object)),
  validateUpdate: (object, old) => validateAutoscaler(asAutoscaler(object), asAutoscaler(old)),
  status: {
    validateUpdate(object) {
      const errors: FieldError[] = [];
      checkCounts(asAutoscaler(object).status ?? {}, ['currentReplicas', 'desiredReplicas'], fieldPath('status'), errors);
      return errors;
    },
  },
};
