/** How pods and resource claims find each other (k8s.io/dynamic-resource-allocation/resourceclaim). */
import type { Pod, PodResourceClaim } from '../../api/core/v1.gen.ts';
import type { ResourceClaim } from '../../api/resource/v1.gen.ts';
import { isControlledBy } from './controller-ref.ts';

export type PodClaimName =
  | { readonly name: string; readonly isGenerated: boolean }
  /** The pod does without it. */
  | 'not-needed'
  /** It is to be made from the template. */
  | 'not-created';

/** The claim that an entry of a pod's spec.resourceClaims means. */
export function claimNameOf(pod: Pod, { name, resourceClaimName, resourceClaimTemplateName }: PodResourceClaim): PodClaimName {
  if (resourceClaimName !== undefined) return { name: resourceClaimName, isGenerated: false };
  if (resourceClaimTemplateName === undefined) return 'not-needed';
  const status = pod.status?.resourceClaimStatuses?.find((s) => s.name === name);
  if (!status) return 'not-created';
  return status.resourceClaimName === undefined ? 'not-needed' : { name: status.resourceClaimName, isGenerated: true };
}

/** Names of all claims of a pod that are known. */
export function claimNamesOfPod(pod: Pod): string[] {
  const names = (pod.spec.resourceClaims ?? []).flatMap((entry) => {
    const found = claimNameOf(pod, entry);
    return typeof found === 'object' ? [found.name] : [];
  });
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  return [...new Set(extended ? [...names, extended] : names)];
}

/** Why a claim that was made from a template is not this pod's; undefined when it is. */
export function whyNotForPod(pod: Pod, claim: ResourceClaim): string | undefined {
  if (isControlledBy(claim, pod)) return undefined;
  const { namespace, name } = pod.metadata;
  return `ResourceClaim ${claim.metadata.namespace}/${claim.metadata.name} was not created for Pod ${namespace}/${name} (Pod is not owner)`;
}

export function isReservedForPod(pod: Pod, claim: ResourceClaim): boolean {
  return claim.status?.reservedFor?.some((r) => r.uid === pod.metadata.uid) ?? false;
}
