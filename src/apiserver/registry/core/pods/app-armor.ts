import type { AppArmorProfile, Container, Pod } from '../../../../api/core/v1.gen.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const LOCAL = 'localhost/';

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

/** Undefined for an annotation that means no valid profile. */
export function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const name = annotation.startsWith(LOCAL) ? annotation.slice(LOCAL.length) : '';
  return name !== '' && name === name.trim() && name.length <= 4095 ? { type: 'Localhost', localhostProfile: name } : undefined;
}
