/** The API's reflections of static pods (https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { pods } from '../../client/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../machinery/status-error.ts';
import { CONFIG_HASH, CONFIG_MIRROR, isStaticPod } from '../pod/source.ts';

export interface MirrorPodsOptions {
  readonly client: Client;
  readonly log: Logger;
  readonly nodeName: string;
  node(): Node | undefined;
}

export class MirrorPods {
  readonly #options: MirrorPodsOptions;

  constructor(options: MirrorPodsOptions) {
    this.#options = options;
  }

  /** Makes the mirror of a static pod, anew when it is another's; nothing for other pods. Never rejects: the pod runs without it. */
  async reconcile(pod: Pod, mirror: Pod | undefined): Promise<void> {
    if (!isStaticPod(pod)) return;
    const stale =
      mirror && (mirror.metadata.deletionTimestamp !== undefined || mirror.metadata.annotations?.[CONFIG_MIRROR] !== hashOf(pod));
    if (mirror && !stale) return;
    if (mirror && !(await this.delete(mirror))) return;
    await this.#create(pod);
  }

  /** True when it is gone. */
  async delete(mirror: Pod): Promise<boolean> {
    const { name, namespace, uid } = mirror.metadata;
    try {
      await this.#options.client.resource(pods).delete(name, { namespace, gracePeriodSeconds: 0, preconditions: { uid } });
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return isNotFound(error);
      this.#options.log.warn('cannot delete a mirror pod', { pod: name, namespace, err: errorMessage(error) });
      return false;
    }
  }

  async #create(pod: Pod): Promise<void> {
    const { nodeName, client, log } = this.#options;
    const node = this.#options.node();
    if (!node || node.metadata.deletionTimestamp) return;
    const { name, namespace, labels } = pod.metadata;
    const annotations = { ...pod.metadata.annotations, [CONFIG_MIRROR]: hashOf(pod) };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata.uid, controller: true }];
    try {
      await client.resource(pods).create({ metadata: { name, namespace, labels, annotations, ownerReferences }, spec: pod.spec });
    } catch (error) {
      if (!isAlreadyExists(error)) log.warn('cannot create a mirror pod', { pod: name, namespace, err: errorMessage(error) });
    }
  }
}

function hashOf(pod: Pod): string {
  return pod.metadata.annotations?.[CONFIG_HASH] ?? '';
}
