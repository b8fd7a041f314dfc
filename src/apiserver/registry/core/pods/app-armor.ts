import type { Container, Pod } from '../../../../api/core/v1.gen.ts';
import { profileOf } from '../../shared/pods/app-armor-profile.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** Turns the annotations of old into the field, where the field is not set (KEP-24, version skew). */
export function syncAppArmorAnnotations({ metadata, spec }: Pod): void {
  const annotations = metadata.annotations;
  if (!annotations || spec.os?.name === 'windows') return;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])];
  for (const container of containers) {
    const annotation = annotations[ANNOTATION + container.name];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = profileOf(annotation);
    if (profile && !semanticEqual(profile, spec.securityContext?.appArmorProfile))
      (container.securityContext ??= {}).appArmorProfile = profile;
  }
}
