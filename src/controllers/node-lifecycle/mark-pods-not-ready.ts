import type { Pod } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { pods } from '../../client/resources.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { podCondition } from '../shared/pod-status.ts';

/** Pods of a node that does not report are not ready, whatever they said last. Rejects when one could not be marked. */
export async function markPodsNotReady(ctx: ControllerContext, onNode: readonly Pod[]): Promise<void> {
  let failure: unknown;
  for (const pod of onNode) {
    const ready = podCondition(pod, 'Ready');
    if (!ready || ready.status === 'False') continue;
    const now = formatTime(ctx.clock.now());
    const conditions = (pod.status.conditions ?? []).map((c) => (c === ready ? { ...c, status: 'False', lastTransitionTime: now } : c));
    try {
      await ctx.client.resource(pods).updateStatus({ ...pod, status: { ...pod.status, conditions } });
    } catch (error) {
      if (isNotFound(error)) continue;
      failure ??= error;
    }
    ctx.recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
  if (failure !== undefined) throw failure;
}
