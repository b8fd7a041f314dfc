import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { GrpcCode, GrpcError } from '../../host/grpc-channel.ts';
import type { Cri } from '../cri/cri.ts';
import { runHook, type HookDependencies } from '../hooks/run-hook.ts';
import type { ContainerEvents } from './container-events.ts';
import { MINIMUM_GRACE_SECONDS, terminationGracePeriod } from './grace-period.ts';
import type { KillReason } from './pod-actions.ts';
import type { TerminationOrder } from './termination-order.ts';

export interface KillDependencies {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ContainerEvents;
  readonly hooks: HookDependencies;
}

export interface Kill {
  readonly pod: Pod;
  readonly container: Container;
  readonly id: string;
  /** For the event; '' says that the container is being stopped. */
  readonly message: string;
  readonly reason: KillReason;
  /** Seconds that replace the pod's own grace period. */
  readonly graceOverride?: number | undefined;
  readonly order?: TerminationOrder | undefined;
}

/** preStop hook, its turn, stop signal, and SIGKILL when the grace period is over. Resolves when the container has stopped. */
export async function killContainer(kill: Kill, deps: KillDependencies): Promise<void> {
  const { pod, container, id } = kill;
  deps.events.container(pod, container, 'Normal', 'Killing', kill.message || `Stopping container ${container.name}`);
  let grace = kill.graceOverride ?? terminationGracePeriod(pod, container, kill.reason);
  if (container.lifecycle?.preStop && grace > 0) grace -= await runPreStop(kill, grace, deps);
  if (kill.order && grace > 0) grace -= Math.trunc(await kill.order.waitForTurn(container.name, grace));
  const timeout = Math.max(MINIMUM_GRACE_SECONDS, grace);
  try {
    // The runtime needs its own time on top of the container's.
    await deps.cri.stopContainer({ containerId: id, timeout }, { timeoutMs: (timeout + 120) * 1000 });
  } catch (error) {
    if (!(error instanceof GrpcError && error.code === GrpcCode.NotFound)) throw error;
  }
  kill.order?.ended(container.name);
}

/** Seconds the hook took; it does not outlast the grace period. */
async function runPreStop({ pod, container, id }: Kill, grace: number, deps: KillDependencies): Promise<number> {
  const handler = container.lifecycle?.preStop;
  if (!handler) return 0;
  const start = deps.clock.monotonic();
  const end = new AbortController();
  const hook = runHook({ pod, container, containerId: id, handler, signal: end.signal }, deps.hooks).catch((error: unknown) => {
    if (end.signal.aborted) return;
    deps.log.warn('preStop hook failed', {
      pod: pod.metadata.name,
      namespace: pod.metadata.namespace,
      container: container.name,
      err: errorMessage(error),
    });
    deps.events.container(pod, container, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
  });
  const timer = new AbortController();
  await Promise.race([hook, deps.clock.sleep(grace * 1000, timer.signal).catch(() => undefined)]);
  timer.abort();
  end.abort();
  return Math.trunc((deps.clock.monotonic() - start) / 1000);
}
