import type { Pod } from '../../api/core/v1.gen.ts';
import { containerSpec, hasRestartableInit } from '../pod/containers.ts';
import { GrpcCode, GrpcError } from '../../host/grpc-channel.ts';
import { killContainer, type KillDependencies } from './kill-container.ts';
import type { SyncResult } from './sync-result.ts';
import { TerminationOrder } from './termination-order.ts';
import type { RuntimePodStatus } from './types.ts';

/** Stops the pod's running containers, sidecars last, then its sandboxes. Never rejects: failures are results. */
export async function killPod(
  pod: Pod,
  status: RuntimePodStatus,
  graceOverride: number | undefined,
  deps: KillDependencies,
): Promise<SyncResult[]> {
  const running = status.containers.filter((c) => c.state === 'running');
  const order = hasRestartableInit(pod) ? new TerminationOrder(pod, new Set(running.map((c) => c.name)), deps.clock) : undefined;
  const results: SyncResult[] = await Promise.all(
    running.map(async ({ id, name }): Promise<SyncResult> => {
      try {
        // A container that the spec no longer names still stops.
        const container = containerSpec(pod, name) ?? { name, resources: {} };
        await killContainer({ pod, container, id, message: '', reason: 'Unknown', graceOverride, order }, deps);
        return { action: 'KillContainer', target: name };
      } catch (error) {
        return { action: 'KillContainer', target: name, error: error as Error };
      }
    }),
  );
  for (const sandbox of status.sandboxes) {
    try {
      await deps.cri.stopPodSandbox({ podSandboxId: sandbox.id });
    } catch (error) {
      if (error instanceof GrpcError && error.code === GrpcCode.NotFound) continue;
      results.push({ action: 'KillPodSandbox', target: pod.metadata.uid, error: error as Error });
    }
  }
  return results;
}
