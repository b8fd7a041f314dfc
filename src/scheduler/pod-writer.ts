/** What the scheduler writes: bindings, conditions of pods that wait, evictions. */
import type { Pod, PodCondition } from '../api/core/v1.gen.ts';
import { formatTime } from '../base/clock.ts';
import type { ComponentContext } from '../client/component.ts';
import { pods } from '../client/resources.ts';

export class PodWriter {
  readonly #context: ComponentContext;

  constructor(context: ComponentContext) {
    this.#context = context;
  }

  async bind(pod: Pod, nodeName: string): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const { client } = this.#context;
    const path = client.resource(pods).path(namespace, name, 'binding');
    await client.raw({ method: 'POST', path, body: { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } } });
  }

  /** Tells why the pod waits; writes only when that has changed. */
  async markUnschedulable(pod: Pod, message: string, nominatedNodeName: string | undefined): Promise<void> {
    const { clock, client } = this.#context;
    const was = pod.status.conditions?.find((c) => c.type === 'PodScheduled');
    if (was?.status === 'False' && was.reason === 'Unschedulable' && was.message === message && (nominatedNodeName === undefined || pod.status.nominatedNodeName === nominatedNodeName)) return;
    const condition: Partial<PodCondition> = {
      type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message,
      ...(pod.metadata.generation && { observedGeneration: pod.metadata.generation }),
      lastTransitionTime: was?.status === 'False' && was.lastTransitionTime ? was.lastTransitionTime : formatTime(clock.now()),
    };
    const { namespace, name, uid } = pod.metadata;
    const status = { conditions: [condition], ...(nominatedNodeName !== undefined && { nominatedNodeName }) };
    await client.resource(pods).patch(name, 'strategic', { metadata: { uid }, status }, { namespace, subresource: 'status' });
  }

  /** Marks the victim as disrupted, then deletes it with its grace. */
  async evict(victim: Pod, preemptor: Pod, schedulerName: string): Promise<void> {
    const { clock, client, recorder } = this.#context;
    const { namespace, name, uid } = victim.metadata;
    if (victim.metadata.deletionTimestamp !== undefined) return;
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: `${schedulerName}: preempting to accommodate a higher priority pod`, lastTransitionTime: formatTime(clock.now()) };
    await client.resource(pods).patch(name, 'strategic', { metadata: { uid }, status: { conditions: [condition] } }, { namespace, subresource: 'status' });
    await client.resource(pods).delete(name, { namespace, preconditions: { uid } });
    recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${victim.spec.nodeName ?? ''}`);
  }
}
