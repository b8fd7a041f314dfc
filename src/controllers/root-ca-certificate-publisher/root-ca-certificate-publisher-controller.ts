/** pkg/controller/certificates/rootcacertpublisher: every namespace has the config map kube-root-ca.crt. */
import type { ConfigMap, Namespace } from '../../api/core/v1.gen.ts';
import { configMaps, namespaces } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { untilStopped } from '../shared/until-stopped.ts';

const NAME = 'root-ca-certificate-publisher-controller';
const CONFIG_MAP = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const DESCRIPTION_TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.';

export const rootCACertificatePublisherController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const { rootCA } = ctx.options;
  if (rootCA === undefined) {
    ctx.log.warn('no root CA given, kube-root-ca.crt is not published');
    return untilStopped(ctx.signal);
  }
  const queue = new WorkQueue(ctx.clock);
  const maps = ctx.informers.informer(configMaps, { fieldSelector: `metadata.name=${CONFIG_MAP}` });
  const all = ctx.informers.informer(namespaces);
  maps.addHandler({
    onUpdate: (_, map) => queue.add(map.metadata.namespace),
    onDelete: (map) => queue.add(map.metadata.namespace),
  });
  all.addHandler({
    onAdd: (namespace: Namespace) => queue.add(namespace.metadata.name),
    onUpdate: (_, namespace) => void (namespace.status.phase === 'Active' && queue.add(namespace.metadata.name)),
  });
  const reconcile = (namespace: string) => publish(ctx, rootCA, namespace, maps.lister.get(`${namespace}/${CONFIG_MAP}`));
  return runController(ctx, { name: NAME, queue, informers: [maps, all], workers: 1, reconcile });
}

async function publish(ctx: ControllerContext, rootCA: string, namespace: string, current: ConfigMap | undefined): Promise<void> {
  const client = ctx.client.resource(configMaps);
  const data = { 'ca.crt': rootCA };
  try {
    if (!current) {
      await client.create({ metadata: { name: CONFIG_MAP, namespace, annotations: { [DESCRIPTION]: DESCRIPTION_TEXT } }, data });
    } else if (!semanticEqual(current.data, data) || !current.metadata.annotations?.[DESCRIPTION]) {
      const annotations = { ...current.metadata.annotations, [DESCRIPTION]: DESCRIPTION_TEXT };
      await client.update({ ...current, metadata: { ...current.metadata, annotations }, data });
    }
  } catch (error) {
    // The namespace is gone.
    if (!isNotFound(error)) throw error;
  }
}
