import type { Pod } from '../../api/core/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';
import { claimNamesOf } from './claim-names-of.ts';

const INDEX = 'pod-pvc-index';

/** Adds an index by the claims that a pod uses, those of its ephemeral volumes included. */
export function addPodClaimIndex(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, (pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace}/${name}`));
}

/** Pods that use a claim; `key`: namespace/name. */
export function podsUsingClaim(pods: Informer<Pod>, key: string): Pod[] {
  return pods.lister.byIndex(INDEX, key);
}
