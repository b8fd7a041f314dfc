import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { containerSpec, hasRestartableInit } from '../../kubelet/pod/containers.ts';
import type { ContainerEvents } from '../../kubelet/runtime/container-events.ts';
import { MINIMUM_GRACE_SECONDS, terminationGracePeriod } from '../../kubelet/runtime/grace-period.ts';
import type { KillReason } from '../../kubelet/runtime/pod-actions.ts';
import { TerminationOrder } from '../../kubelet/runtime/termination-order.ts';
import { hookMs } from './hook-time.ts';
import type { SimContainer } from './sim-container.ts';
import type { SimRuntime } from './sim-runtime.ts';

export interface StopDependencies {
  readonly clock: Clock;
  readonly events: ContainerEvents;
  readonly runtime: SimRuntime;
  /** The node is switched off. */
  readonly signal: AbortSignal;
}

export interface StopContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly running: SimContainer;
  /** For the event; '' says that the container is being stopped. */
  readonly message: string;
  readonly reason: KillReason;
  /** Seconds that replace the pod's own grace period. */
  readonly graceOverride?: number | undefined;
  readonly order?: TerminationOrder | undefined;
}

/** preStop hook, its turn, SIGTERM, and SIGKILL at the end of the grace period: as the kubelet does it, but with nobody to signal. */
export async function stopContainer(stop: StopContainer, { clock, events, signal }: StopDependencies): Promise<void> {
  const { pod, container, running, order } = stop;
  events.container(pod, container, 'Normal', 'Killing', stop.message || `Stopping container ${container.name}`);
  let grace = stop.graceOverride ?? terminationGracePeriod(pod, container, stop.reason);
  const hook = Math.min(hookMs(container.lifecycle?.preStop), grace * 1000);
  if (hook > 0) {
    await clock.sleep(hook, signal);
    grace -= Math.trunc(hook / 1000);
  }
  if (order && grace > 0) grace -= Math.trunc(await order.waitForTurn(container.name, grace));
  await running.stop(Math.max(MINIMUM_GRACE_SECONDS, grace) * 1000);
  order?.ended(container.name);
}

/** Stops the pod's running containers, sidecars last, then gives back its addresses. */
export async function stopPod(pod: Pod, graceOverride: number | undefined, deps: StopDependencies): Promise<void> {
  const { runtime, clock } = deps;
  const { uid } = pod.metadata;
  const running = runtime.running(uid);
  const order = hasRestartableInit(pod) ? new TerminationOrder(pod, new Set(running.map((c) => c.name)), clock) : undefined;
  await Promise.all(
    running.map((c) => {
      // A container that the spec no longer names still stops.
      const container = containerSpec(pod, c.name) ?? c.container;
      return stopContainer({ pod, container, running: c, message: '', reason: 'Unknown', graceOverride, order }, deps);
    }),
  );
  runtime.stopSandboxes(uid);
}
