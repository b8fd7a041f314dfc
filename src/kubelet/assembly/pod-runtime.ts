/** What makes sandboxes and containers. */
import { join } from 'node:path';
import { httpGet } from '../../host/http-get.ts';
import { systemMounter } from '../../host/mounts.ts';
import { ImageManager } from '../images/image-manager.ts';
import { pullRecordStore } from '../images/pull-record-store.ts';
import { PullQueue } from '../images/pull-queue.ts';
import { PullRecords } from '../images/pull-records.ts';
import type { HookDependencies } from '../hooks/run-hook.ts';
import { PodCgroupResize } from '../runtime/pod-cgroup-resize.ts';
import { PodRuntime } from '../runtime/pod-runtime.ts';
import { MASKED_PATHS } from '../runtime/security-context.ts';
import { cgroupUsage } from '../stats/cgroup-usage.ts';
import { KubeletSurroundings } from '../sync/pod-surroundings.ts';
import { UserNamespaces } from '../sync/user-namespaces.ts';
import { ItemBackoff } from '../util/item-backoff.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { ApiObjects } from './api-objects.ts';
import type { Foundation } from './foundation.ts';
import type { PodState } from './pod-state.ts';

const CRASH_INITIAL_MS = 10_000;
const CRASH_MAX_MS = 300_000;

export function podRuntime(base: Foundation, objects: ApiObjects, state: PodState, volumes: VolumeManager) {
  const { settings, cri, events, cgroups, cgroupTree, limits } = base;
  const { clock, log, rootDirectory } = settings;
  const userNamespaces = new UserNamespaces(base.paths, settings.maxPods, base.facts.podUids);
  const runtime = new PodRuntime({
    cri,
    clock,
    log,
    events,
    images: imageManager(base),
    hooks: hooks(base, state),
    surroundings: surroundings(base, objects, state, volumes, userNamespaces),
    probes: state.probes,
    actuated: state.actuated,
    crashBackoff: new ItemBackoff(clock, CRASH_INITIAL_MS, CRASH_MAX_MS),
    podCgroup: new PodCgroupResize(cgroups, cri, (pod) => cgroupUsage(cgroupTree, cgroups.path(pod))?.memory),
    node: limits,
    podLogsRoot: settings.podLogsDirectory,
    legacyLogsRoot: settings.containerLogsDirectory || undefined,
    seccompRoot: join(rootDirectory, 'seccomp'),
    seccompDefault: settings.seccompDefault,
    maskedPaths: MASKED_PATHS,
  });
  return { runtime, userNamespaces };
}

function imageManager({ settings, cri }: Foundation): ImageManager {
  const { clock, log, rootDirectory } = settings;
  return new ImageManager({
    cri,
    clock,
    queue: new PullQueue(settings.serializeImagePulls ? 1 : (settings.maxParallelImagePulls ?? Infinity)),
    records: new PullRecords(pullRecordStore(join(rootDirectory, 'image_manager', 'pulled.json'), log)),
  });
}

function hooks({ settings, cri, events }: Foundation, { cache }: PodState): HookDependencies {
  return {
    cri,
    clock: settings.clock,
    httpGet,
    event: (pod, type, reason, message) => events.pod(pod, type, reason, message),
    async podIP(pod) {
      await cache.inspect(pod.metadata.uid);
      return cache.get(pod.metadata.uid).ips[0] ?? (pod.spec.hostNetwork ? settings.nodeIPs[0] : undefined);
    },
  };
}

function surroundings(
  { settings, events, paths, cgroups, limits, resources, late }: Foundation,
  { configMap, secret, services, runtimeHandlers }: ApiObjects,
  { supportsRecursiveReadOnly }: PodState,
  volumes: VolumeManager,
  userNamespaces: UserNamespaces,
): KubeletSurroundings {
  return new KubeletSurroundings({
    log: settings.log,
    events,
    paths,
    mounter: systemMounter,
    cgroups,
    node: limits,
    podLogsRoot: settings.podLogsDirectory,
    nodeIPs: settings.nodeIPs,
    clusterDNS: settings.clusterDNS,
    clusterDomain: settings.clusterDomain,
    resolvConf: settings.resolvConf,
    userNamespaces,
    allocatable: () => resources.allocatable,
    configMap,
    secret,
    services,
    volumes: (uid) => volumes.mounted(uid),
    runtimeHandler: (pod) => runtimeHandlers.of(pod),
    supportsRecursiveReadOnly,
    isTerminationRequested: (uid) => late.workers.get().isTerminationRequested(uid),
  });
}
