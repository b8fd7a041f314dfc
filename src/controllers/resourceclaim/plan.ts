/** Decisions about resource claims (pkg/controller/resourceclaim). Pure. */
import type { Pod, PodResourceClaim } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import type { ResourceClaim, ResourceClaimConsumerReference, ResourceClaimTemplate } from '../../api/resource/v1.gen.ts';
import { isPodTerminal } from '../shared/pod-status.ts';
import { claimNameOf, isReservedForPod, whyNotForPod } from '../shared/resource-claim-of-pod.ts';

export const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';
export const FINALIZER = 'resource.kubernetes.io/delete-protection';

/** Of the generated part of a name: room is left for a hyphen and five random characters. */
const MAX_BASE_LENGTH = 57;

/** The pod will never use its claims (again). */
export function isPodDone(pod: Pod): boolean {
  return isPodTerminal(pod) || (!!pod.metadata.deletionTimestamp && !pod.spec.nodeName);
}

/** Entries of a pod whose claim has to be made from their template. */
export function claimsToMake(pod: Pod, claim: (name: string) => ResourceClaim | undefined): PodResourceClaim[] {
  return (pod.spec.resourceClaims ?? []).filter((entry) => {
    if (entry.resourceClaimTemplateName === undefined) return false;
    const found = claimNameOf(pod, entry);
    if (found === 'not-needed') return false;
    const existing = found === 'not-created' ? undefined : claim(found.name);
    return !existing || whyNotForPod(pod, existing) !== undefined;
  });
}

/** Allocated claims of a pod on a node that still have to be reserved for it: somebody else than the scheduler chose the node. */
export function claimsToReserve(pod: Pod, claim: (name: string) => ResourceClaim | undefined): ResourceClaim[] {
  if (!pod.spec.nodeName) return [];
  const wanted: ResourceClaim[] = [];
  for (const entry of pod.spec.resourceClaims ?? []) {
    const found = claimNameOf(pod, entry);
    const existing = typeof found === 'object' ? claim(found.name) : undefined;
    if (typeof found !== 'object' || !existing) continue;
    if (found.isGenerated && whyNotForPod(pod, existing)) continue;
    if (existing.status?.allocation && !isReservedForPod(pod, existing)) wanted.push(existing);
  }
  return wanted;
}

export function claimFromTemplate(pod: Pod, entry: PodResourceClaim, template: ResourceClaimTemplate): Draft<ResourceClaim> {
  const { name, uid, namespace } = pod.metadata;
  const { metadata, spec } = template.spec;
  const labels = (metadata as typeof metadata | undefined)?.labels;
  const annotations = { ...(metadata as typeof metadata | undefined)?.annotations, [POD_CLAIM]: entry.name };
  return {
    metadata: {
      generateName: generatedBase(name, entry.name),
      namespace,
      annotations,
      ...(labels && { labels }),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec,
  };
}

function generatedBase(pod: string, entry: string): string {
  const full = `${pod}-${entry}-`;
  if (full.length <= MAX_BASE_LENGTH) return full;
  const part = (text: string) => text.slice(0, Math.trunc((text.length * MAX_BASE_LENGTH) / full.length));
  return `${part(pod)}-${part(entry)}`;
}

export interface ClaimRelease {
  readonly remaining: readonly ResourceClaimConsumerReference[];
  /** Reservations changed. */
  readonly isReleased: boolean;
  /** Take the allocation and the finalizer from the claim. */
  readonly deallocate: boolean;
}

/** Which reservations stay; `isGone`: whether the pod of a reservation will not use it any more. */
export function releasePlan(claim: ResourceClaim, isGone: (reservation: ResourceClaimConsumerReference) => boolean): ClaimRelease {
  const reserved = claim.status?.reservedFor ?? [];
  const remaining = reserved.filter((r) => (r.apiGroup ?? '') !== '' || r.resource !== 'pods' || !isGone(r));
  const isReleased = remaining.length < reserved.length;
  const isOurs = claim.metadata.finalizers?.includes(FINALIZER) ?? false;
  const isUnused = remaining.length === 0 && (isReleased || !!claim.metadata.deletionTimestamp);
  return { remaining, isReleased, deallocate: isOurs && isUnused };
}

/** The pod for which a claim was made from a template. */
export function owningPod(claim: ResourceClaim): { readonly name: string; readonly uid: string } | undefined {
  return claim.metadata.ownerReferences?.find((ref) => ref.controller === true && ref.apiVersion === 'v1' && ref.kind === 'Pod');
}
