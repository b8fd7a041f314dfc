import type { Pod } from '../../api/core/v1.gen.ts';

/** Names of the claims that a pod's volumes use; an ephemeral volume's claim is `<pod>-<volume>`. */
export function claimNamesOf(pod: Pod): string[] {
  const names: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.persistentVolumeClaim) names.push(volume.persistentVolumeClaim.claimName);
    else if (volume.ephemeral) names.push(`${pod.metadata.name}-${volume.name}`);
  }
  return names;
}
