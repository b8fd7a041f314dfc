/** What the kubelet knows of the API beside its pods. */
import type { Node } from '../../api/core/v1.gen.ts';
import { configMaps, nodes, runtimeClasses, secrets, services } from '../../client/resources.ts';
import { MirrorPods } from '../config/mirror-pods.ts';
import { ServiceAccountTokens } from '../objects/service-account-tokens.ts';
import { WatchedObjects } from '../objects/watched-objects.ts';
import { RuntimeHandlers } from '../runtime/runtime-handlers.ts';
import type { Foundation } from './foundation.ts';

export type ApiObjects = ReturnType<typeof apiObjects>;

export function apiObjects({ settings, signal, pods, late }: Foundation) {
  const { client, clock, random, log, informers, nodeName } = settings;
  const refreshVolumes = (_namespace: string, _name: string, uids: ReadonlySet<string>): void => {
    for (const uid of uids) {
      const pod = pods.byUid(uid);
      if (pod) void late.volumes.get().refresh(pod);
    }
  };
  const watch = { client, clock, random, log, signal, onChange: refreshVolumes };
  const watchedConfigMaps = new WatchedObjects({ ...watch, ref: configMaps });
  const watchedSecrets = new WatchedObjects({ ...watch, ref: secrets });
  const serviceInformer = informers.informer(services);
  const nodeInformer = informers.informer(nodes, { fieldSelector: `metadata.name=${nodeName}` });
  /** What this kubelet registered or read itself, until the watch shows as much. */
  const registered: { node: Node | undefined } = { node: undefined };
  const watchedNode = () => nodeInformer.lister.get(nodeName);
  return {
    tokens: new ServiceAccountTokens(client, clock, random),
    configMap: (namespace: string, name: string) => watchedConfigMaps.get(namespace, name),
    secret: (namespace: string, name: string) => watchedSecrets.get(namespace, name),
    /** Which objects a pod uses; they are watched until it uses them no more. */
    use(uid: string, namespace: string, maps: ReadonlySet<string>, secretNames: ReadonlySet<string>): void {
      watchedConfigMaps.use(uid, namespace, maps);
      watchedSecrets.use(uid, namespace, secretNames);
    },
    /** Undefined before they are known. */
    services: () => (serviceInformer.hasSynced ? serviceInformer.lister.list() : undefined),
    nodeInformer,
    registered,
    thisNode: () => newer(watchedNode(), registered.node),
    runtimeHandlers: new RuntimeHandlers(informers.informer(runtimeClasses)),
    mirrors: new MirrorPods({ client, log, nodeName, node: watchedNode }),
  };
}

function newer(a: Node | undefined, b: Node | undefined): Node | undefined {
  if (!a || !b) return a ?? b;
  return Number(b.metadata.resourceVersion) > Number(a.metadata.resourceVersion) ? b : a;
}
