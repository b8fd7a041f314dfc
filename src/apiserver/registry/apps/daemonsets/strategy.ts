import type { DaemonSet } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { fieldPath } from '../../../../machinery/field.ts';
import { templateWarnings } from '../../shared/pods/warnings.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './validation.ts';

const ANNOTATION = 'deprecated.daemonset.template.generation';
const asDaemonSet = (object: AnyObject) => object as unknown as DaemonSet;

/** Daemon sets keep, in an annotation, how often their template changed (pkg/registry/apps/daemonset). */
export const daemonSetStrategy: Strategy = {
  prepareForCreate(object) {
    setTemplateGeneration(object, Math.max(templateGeneration(object), 1));
  },
  prepareForUpdate(object, old) {
    const same = semanticEqual(asDaemonSet(object).spec.template, asDaemonSet(old).spec.template);
    setTemplateGeneration(object, templateGeneration(old) + (same ? 0 : 1));
  },
  validate: (object) => validateDaemonSet(asDaemonSet(object)),
  validateUpdate: (object, old) => validateDaemonSetUpdate(asDaemonSet(object), asDaemonSet(old)),
  warnings(object, old) {
    const { template } = asDaemonSet(object).spec;
    return old && semanticEqual(template, asDaemonSet(old).spec.template) ? [] : templateWarnings(template, fieldPath('spec', 'template'));
  },
  status: { validateUpdate: (object, old) => validateDaemonSetStatus(asDaemonSet(object), asDaemonSet(old)) },
};

function templateGeneration(object: AnyObject): number {
  const value = Number(object.metadata.annotations?.[ANNOTATION] ?? 0);
  return Number.isInteger(value) ? value : 0;
}

function setTemplateGeneration(object: AnyObject, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [ANNOTATION]: String(generation) };
}
