import type { Pod } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { pods } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import { isPodTerminal, podCondition } from './pod-status.ts';

export interface DisruptionReason {
  readonly reason: string;
  readonly message: string;
}

/** Status patch that adds (or keeps) the condition DisruptionTarget; strategic merge. */
export function disruptionPatch(pod: Pod, why: DisruptionReason, now: number): unknown {
  const current = podCondition(pod, 'DisruptionTarget');
  const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : formatTime(now);
  const condition = { type: 'DisruptionTarget', observedGeneration: pod.metadata.generation, status: 'True', ...why, lastTransitionTime };
  return { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
}

/**
 * Marks a pod Failed unless it has ended (with the condition DisruptionTarget if `why` is given), and deletes it at once. For pods that no kubelet
 * will ever report on again.
 */
export async function failAndDeletePod(ctx: Pick<ControllerContext, 'client' | 'clock'>, pod: Pod, why?: DisruptionReason): Promise<void> {
  const { name, namespace, uid, generation } = pod.metadata;
  const client = ctx.client.resource(pods);
  if (!isPodTerminal(pod)) {
    const base = { metadata: { uid }, status: {} };
    const patch = (why ? disruptionPatch(pod, why, ctx.clock.now()) : base) as { metadata: unknown; status: object };
    const status = { ...patch.status, phase: 'Failed', ...(generation !== undefined && { observedGeneration: generation }) };
    await client.patch(name, 'strategic', { ...patch, status }, { namespace, subresource: 'status' });
  }
  await client.delete(name, { namespace, gracePeriodSeconds: 0 });
}
