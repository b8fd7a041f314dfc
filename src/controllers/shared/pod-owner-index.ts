/** The index `podController` of the pod informer: pods by their managing controller, and those of a namespace that have none. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerOf } from './controller-ref.ts';

const INDEX = 'podController';

const ownedKey = (namespace: string, kind: string, name: string, uid: string) => `${namespace}/${kind}/${name}/${uid}`;

export function addPodOwnerIndex(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, (pod) => {
    const ref = controllerOf(pod);
    return [ref ? ownedKey(pod.metadata.namespace, ref.kind, ref.name, ref.uid) : pod.metadata.namespace];
  });
}

/** Pods managed by `owner`, and with `orphans` also those of its namespace that nobody manages. */
export function podsOfOwner(
  pods: Informer<Pod>,
  owner: { readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string } },
  kind: string,
  options: { readonly orphans: boolean },
): Pod[] {
  const { namespace, name, uid } = owner.metadata;
  const owned = pods.lister.byIndex(INDEX, ownedKey(namespace, kind, name, uid));
  return options.orphans ? [...owned, ...pods.lister.byIndex(INDEX, namespace)] : owned;
}

export function orphanPods(pods: Informer<Pod>, namespace: string): Pod[] {
  return pods.lister.byIndex(INDEX, namespace);
}
