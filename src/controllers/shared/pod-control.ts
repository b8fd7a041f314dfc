/** Creates, deletes and patches pods for a controller, with upstream's events about it (pkg/controller/controller_utils.go, RealPodControl). */
import type { Pod, PodTemplateSpec } from '../../api/core/v1.gen.ts';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/component.ts';
import { pods } from '../../client/resources.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';

export class PodControl {
  readonly #client: Client;
  readonly #recorder: EventRecorder;

  constructor(client: Client, recorder: EventRecorder) {
    this.#client = client;
    this.#recorder = recorder;
  }

  /** Rejects with the server's error, after an event about it (none when the namespace goes away). */
  async create(pod: Draft<Pod>, parent: KubeObject): Promise<Pod> {
    try {
      const created = await this.#client.resource(pods).create(pod);
      this.#recorder.event(parent, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (!isNamespaceTerminating(error)) this.#recorder.event(parent, 'Warning', 'FailedCreate', `Error creating: ${errorMessage(error)}`);
      throw error;
    }
  }

  async delete(namespace: string, name: string, parent: KubeObject): Promise<void> {
    try {
      await this.#client.resource(pods).delete(name, { namespace });
    } catch (error) {
      if (isNotFound(error)) throw error;
      this.#recorder.event(parent, 'Warning', 'FailedDelete', `Error deleting: ${errorMessage(error)}`);
      throw new Error(`unable to delete pods: ${errorMessage(error)}`, { cause: error });
    }
    this.#recorder.event(parent, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  }

  /** A strategic merge patch. */
  patch(namespace: string, name: string, patch: unknown): Promise<Pod> {
    return this.#client.resource(pods).patch(name, 'strategic', patch, { namespace });
  }
}

/** A pod from a controller's template, owned by `ref`. The name is the server's to make, from `generateName` or the parent's name. */
export function podFromTemplate(
  template: PodTemplateSpec,
  parent: { readonly metadata: { readonly namespace: string; readonly name: string } },
  ref: OwnerReference,
  generateName = podsPrefix(parent.metadata.name),
): Draft<Pod> & { metadata: Draft<Pod['metadata']>; spec: Pod['spec'] } {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      generateName,
      namespace: parent.metadata.namespace,
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [ref],
    },
    spec: structuredClone(template.spec) as Pod['spec'],
  };
}

/** `<name>-`, or `<name>` where the dash would make an invalid name. */
function podsPrefix(name: string): string {
  const prefix = `${name}-`;
  return prefix.length - 1 <= 253 ? prefix : name;
}
