/** Rules of pod templates (ValidatePodTemplateSpec). */
import type { PodTemplateSpec } from '../../../../api/core/v1.gen.ts';
import { forbidden, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { validateAnnotations, validateLabels } from '../../validate-meta.ts';
import { checkPodAnnotations, checkProfilesAgree } from './pod-annotations.ts';
import { checkPodSpec } from './pod-spec.ts';

export function checkPodTemplate(template: PodTemplateSpec, path: FieldPath, errors: FieldError[]): void {
  const { metadata, spec } = template;
  if (metadata?.labels) errors.push(...validateLabels(metadata.labels, path.child('labels')));
  if (metadata?.annotations) errors.push(...validateAnnotations(metadata.annotations, path.child('annotations')));
  checkPodAnnotations(metadata?.annotations, spec, path.child('annotations'), errors);
  checkPodSpec(spec, undefined, path.child('spec'), errors);
  checkProfilesAgree(metadata, spec, path.child('spec'), errors);
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    errors.push(forbidden(path.child('spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
}
