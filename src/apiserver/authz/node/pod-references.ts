import type { Pod, PodResourceClaim } from '../../../api/core/v1.gen.ts';
import { isMirrorPod } from '../../admission/pod/pod-of.ts';
import { configMapNames, secretNames } from '../../admission/pod/references.ts';

/** What a kubelet may read because of a pod, as `kind/namespace/name`. A mirror pod grants nothing: the kubelet makes those itself. */
export function referencesOf(pod: Pod): string[] {
  if (isMirrorPod(pod)) return [];
  const { namespace, name } = pod.metadata;
  const out: string[] = [];
  const add = (kind: string, names: Iterable<string>) => {
    for (const one of names) out.push(`${kind}/${namespace}/${one}`);
  };
  if (pod.spec?.serviceAccountName) add('serviceaccount', [pod.spec.serviceAccountName]);
  add('secret', secretNames(pod));
  add('configmap', configMapNames(pod));
  for (const volume of pod.spec?.volumes ?? []) {
    const claim = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${name}-${volume.name}` : undefined);
    if (claim) add('pvc', [claim]);
  }
  add('resourceclaim', claimNames(pod));
  return [...new Set(out)];
}

function claimNames({ spec, status }: Pod): string[] {
  const generated = (claim: PodResourceClaim) => status?.resourceClaimStatuses?.find((s) => s.name === claim.name)?.resourceClaimName;
  const names = (spec?.resourceClaims ?? []).map((claim) => claim.resourceClaimName ?? generated(claim));
  return [...names, status?.extendedResourceClaimStatus?.resourceClaimName].filter((n): n is string => Boolean(n));
}
