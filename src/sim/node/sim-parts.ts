/** Makes the parts of a simulated node's kubelet and ties them together. */
import type { Node } from '../../api/core/v1.gen.ts';
import type { ComponentContext } from '../../client/component.ts';
import { PodManager } from '../../kubelet/pod/pod-manager.ts';
import { ContainerEvents } from '../../kubelet/runtime/container-events.ts';
import { StatusManager } from '../../kubelet/status/status-manager.ts';
import { PodLoop } from '../../kubelet/sync/pod-loop.ts';
import { StartFailures } from '../../kubelet/sync/start-failures.ts';
import { ItemBackoff } from '../../kubelet/util/item-backoff.ts';
import { PodWorkers } from '../../kubelet/workers/pod-workers.ts';
import { PodAddresses } from '../pod/pod-addresses.ts';
import { PodDeadlines } from '../pod/pod-deadlines.ts';
import { SimImagePulls } from '../pod/sim-image-pulls.ts';
import { SimPodSyncer } from '../pod/sim-pod-syncer.ts';
import { SimProbes } from '../pod/sim-probes.ts';
import { SimRuntime } from '../pod/sim-runtime.ts';
import { SimHousekeeping } from './sim-housekeeping.ts';
import type { SimNodeOptions } from './sim-node-options.ts';

export interface SimParts {
  readonly pods: PodManager;
  readonly statuses: StatusManager;
  readonly loop: PodLoop;
  readonly runtime: SimRuntime;
  /** Resolves when the signal has aborted and every timer of the node's pods is gone. */
  run(): Promise<void>;
}

const CRASH_INITIAL_MS = 10_000;
const CRASH_MAX_MS = 300_000;

export function makeSimParts(context: ComponentContext, options: SimNodeOptions, node: () => Node | undefined): SimParts {
  const { client, clock, random, log, signal } = context;
  const events = new ContainerEvents(context.recorder);
  const pods = new PodManager();
  const sync = (uid: string) => loop.sync(uid);
  let addresses: PodAddresses | undefined;
  const takeAddress = () => (addresses ??= new PodAddresses(options.podCIDR ?? node()?.spec.podCIDR ?? ''));
  const runtime = new SimRuntime({ clock, random, addresses: { take: () => takeAddress().take(), free: (ip) => addresses?.free(ip) }, onExit: sync });
  const statuses: StatusManager = new StatusManager({
    client,
    clock,
    log,
    signal,
    pods,
    couldHaveRunningContainers: (pod) => workers.couldHaveRunningContainers(pod.metadata.uid),
  });
  const probes = new SimProbes({ clock, runtime, sync });
  const deadlines = new PodDeadlines(clock, sync);
  const syncer = new SimPodSyncer({
    deps: { clock, events, runtime, signal, pulls: new SimImagePulls(clock, events, signal), crashBackoff: new ItemBackoff(clock, CRASH_INITIAL_MS, CRASH_MAX_MS) },
    nodeIPs: options.addresses,
    statuses,
    probes,
    failures: new StartFailures(),
    deadlines,
    sync,
    networkProblem: () => (options.podCIDR ?? node()?.spec.podCIDR ? undefined : 'the node has no range of pod addresses yet'),
  });
  const workers: PodWorkers = new PodWorkers({
    syncer,
    clock,
    random,
    log,
    signal,
    onStep: () => {},
    status: (uid) => runtime.status(uid),
    currentPod: (uid) => loop.currentPod(uid),
  });
  const housekeeping: SimHousekeeping = new SimHousekeeping({ clock, pods, workers, statuses, runtime, loop: () => loop });
  const loop: PodLoop = new PodLoop({
    log,
    pods,
    workers,
    statuses,
    events,
    admit: () => undefined,
    // A simulated node has room for everything: what a pod asks for is what it gets.
    allocations: { allocated: (pod) => pod, set: () => {} },
    refreshNode: async () => {},
    onRejected: () => {},
    onAdd: () => {},
    onUpdate: () => {},
    onReconcile: () => {},
    onRemove: () => housekeeping.soon(),
  });
  return {
    pods,
    statuses,
    loop,
    runtime,
    async run() {
      await aborted(signal);
      housekeeping.stop();
      probes.stop();
      deadlines.stop();
      runtime.abandon();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
