/** What brings pods from their definitions to what runs: admission, the loop, one worker a pod. */
import { nodes } from '../../client/resources.ts';
import { killPid } from '../../host/kill-pid.ts';
import { nodeAdmission } from '../admission/node-admission.ts';
import { Resizes } from '../allocation/resizes.ts';
import type { PodRuntime } from '../runtime/pod-runtime.ts';
import { PodLoop } from '../sync/pod-loop.ts';
import { KubeletPodSyncer } from '../sync/pod-syncer.ts';
import type { UserNamespaces } from '../sync/user-namespaces.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import { PodWorkers } from '../workers/pod-workers.ts';
import type { ApiObjects } from './api-objects.ts';
import type { Foundation } from './foundation.ts';
import type { PodState } from './pod-state.ts';

export interface WorkInput {
  readonly base: Foundation;
  readonly objects: ApiObjects;
  readonly state: PodState;
  readonly volumes: VolumeManager;
  readonly runtime: PodRuntime;
  readonly userNamespaces: UserNamespaces;
}

export function podWork(input: WorkInput) {
  const { base, objects, state, volumes } = input;
  const { settings, signal, pods, events, late, metrics } = base;
  const { client, clock, random, log } = settings;
  const pressure = {
    memory: () => late.eviction.get().under('memory'),
    disk: () => late.eviction.get().under('disk'),
    pid: () => late.eviction.get().under('pid'),
  };
  const admit = nodeAdmission({ allowedUnsafeSysctls: settings.allowedUnsafeSysctls, node: objects.thisNode, pressure });
  const resizes: Resizes = new Resizes({
    allocations: state.allocations,
    conditions: state.resizeConditions,
    actuated: state.actuated,
    events,
    podByUid: (uid) => pods.byUid(uid),
    activePods: () => late.loop.get().activePods(),
    admit,
    sync: (uid) => late.loop.get().sync(uid),
  });
  const workers: PodWorkers = new PodWorkers({
    syncer: podSyncer(input, resizes),
    clock,
    random,
    log,
    signal,
    status: (uid) => state.cache.get(uid),
    currentPod: (uid) => late.loop.get().currentPod(uid),
    onStep: (operation, ms) => metrics.podWorker.observe(ms / 1000, { operation_type: operation }),
  });
  const loop = new PodLoop({
    log,
    pods,
    workers,
    statuses: state.statuses,
    events,
    admit,
    allocations: state.allocations,
    async refreshNode() {
      objects.registered.node = await client.resource(nodes).get(settings.nodeName);
    },
    onRejected: (reason) => metrics.admissionRejections.add(1, { reason }),
    onAdd: (pod) => resizes.added(pod),
    onUpdate(pod, old) {
      resizes.updated(pod, old);
      void volumes.refresh(pod);
    },
    onReconcile() {
      if (resizes.waiting) resizes.retry();
    },
    onRemove(pod) {
      const { uid } = pod.metadata;
      state.deadlines.forget(uid);
      if (workers.shouldContentBeRemoved(uid) || workers.isKnownTerminated(uid)) void state.gc.collectPod(uid);
      if (resizes.waiting) resizes.retry();
    },
  });
  late.workers.set(workers);
  late.loop.set(loop);
  return { workers, loop, resizes, pressure };
}

function podSyncer({ base, objects, state, volumes, runtime, userNamespaces }: WorkInput, resizes: Resizes): KubeletPodSyncer {
  const { settings, events, cgroups, paths, runtimeState, late } = base;
  return new KubeletPodSyncer({
    log: settings.log,
    events,
    statuses: state.statuses,
    cache: state.cache,
    runtime,
    volumes,
    cgroups,
    paths,
    failures: state.failures,
    generateStatus: state.generateStatus,
    isTerminationRequested: (uid) => late.workers.get().isTerminationRequested(uid),
    networkProblem: () => runtimeState.networkProblem(),
    useObjects: (pod, maps, secrets) => objects.use(pod.metadata.uid, pod.metadata.namespace, maps, secrets),
    secret: objects.secret,
    forgetTokens: (uid) => objects.tokens.forget(uid),
    probes: state.probes,
    reconcileMirror: (pod, mirror) => objects.mirrors.reconcile(pod, mirror),
    activePods: () => late.loop.get().activePods(),
    kill: killPid,
    resize: {
      before: (pod, status) => resizes.beforeSync(pod, status),
      after: (pod, results) => resizes.afterSync(pod, results),
    },
    releaseUserNamespace: (uid) => userNamespaces.release(uid),
  });
}
