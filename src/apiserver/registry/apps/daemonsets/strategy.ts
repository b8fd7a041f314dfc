import type { DaemonSet } from '../../../../api/apps/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';

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
};

function templateGeneration(object: AnyObject): number {
  const value = Number(object.metadata.annotations?.[ANNOTATION] ?? 0);
  return Number.isInteger(value) ? value : 0;
}

function setTemplateGeneration(object: AnyObject, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [ANNOTATION]: String(generation) };
}
