import type { PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import { isControlledBy } from '../shared/controller-ref.ts';

/** Whether a pod, once on a node, holds the claim. A pod that is only kept by its finalizers lets go of claims made for it alone. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false;
  const { name } = claim.metadata;
  const isShutDown = pod.metadata.deletionTimestamp !== undefined && pod.metadata.deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName === name;
    return !isShutDown && !!volume.ephemeral && `${pod.metadata.name}-${volume.name}` === name && isControlledBy(claim, pod);
  });
}
