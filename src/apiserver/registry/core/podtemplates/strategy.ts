import type { PodTemplate } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath, type FieldError } from '../../../../machinery/field.ts';
import { checkPodTemplate } from '../../shared/pods/pod-template.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';

const asTemplate = (object: AnyObject) => object as unknown as PodTemplate;
const path = fieldPath('template');

function validate(object: AnyObject): FieldError[] {
  const errors: FieldError[] = [];
  checkPodTemplate(asTemplate(object).template, path, errors);
  return errors;
}

export const podTemplateStrategy: Strategy = {
  validate,
  validateUpdate: validate,
  warnings: (object, old) =>
    old && semanticEqual(object['template'], old['template']) ? [] : templateWarnings(asTemplate(object).template, path),
};
