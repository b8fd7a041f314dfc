/** How pods are, as the runtime, the probes and the kubelet itself see it. */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import { httpGet } from '../../host/http-get.ts';
import { tailFile } from '../../host/tail-file.ts';
import { tcpConnect } from '../../host/tcp-connect.ts';
import { Allocations } from '../allocation/allocations.ts';
import { ResizeConditions } from '../allocation/resize-conditions.ts';
import { ContainerGc } from '../gc/container-gc.ts';
import { readLastLogLines } from '../logs/read-last-lines.ts';
import { ProbeMetrics } from '../metrics/probe-metrics.ts';
import { PodCache } from '../pleg/pod-cache.ts';
import { ProbeManager } from '../probes/probe-manager.ts';
import { ActuatedRecords } from '../runtime/actuated-resources.ts';
import { PodStatusReader } from '../runtime/read-pod-status.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';
import { JsonFile } from '../state/json-file.ts';
import { generatePodStatus } from '../status/generate-pod-status.ts';
import { StatusManager } from '../status/status-manager.ts';
import { ActiveDeadlines } from '../sync/active-deadlines.ts';
import { StartFailures } from '../sync/start-failures.ts';
import type { ApiObjects } from './api-objects.ts';
import type { Foundation } from './foundation.ts';

export type PodState = ReturnType<typeof podState>;

export function podState(base: Foundation, objects: ApiObjects) {
  const { settings, signal, events, late, facts, runtimeState } = base;
  const { clock, log, rootDirectory } = settings;
  const stateFile = (name: string) => new JsonFile(join(rootDirectory, name), {}, log);
  const gc = containerGc(base);
  const cache = podCache(base, gc);
  const { client } = settings;
  const couldHaveRunningContainers = (pod: Pod) => late.workers.get().couldHaveRunningContainers(pod.metadata.uid);
  const statuses = new StatusManager({ client, clock, log, signal, pods: base.pods, couldHaveRunningContainers });
  const probeMetrics = new ProbeMetrics();
  const probes = probeManager(base, statuses, probeMetrics);
  const deadlines = new ActiveDeadlines({
    clock,
    status: (uid) => statuses.get(uid),
    sync: (uid) => late.loop.get().sync(uid),
    event: (pod, reason, message) => events.pod(pod, 'Normal', reason, message),
  });
  const failures = new StartFailures();
  const actuated = new ActuatedRecords(stateFile('actuated_pods_state'));
  const allocations = new Allocations(stateFile('allocated_pods_state'));
  const resizeConditions = new ResizeConditions(clock);
  const supportsRecursiveReadOnly = (pod: Pod): boolean => {
    const handler = objects.runtimeHandlers.known(pod);
    return runtimeState.handlers.find((h) => h.name === handler)?.recursiveReadOnly ?? false;
  };
  const generateStatus = (pod: Pod, runtime: RuntimePodStatus, terminal: boolean) =>
    generatePodStatus({
      pod,
      runtime,
      old: statuses.get(pod.metadata.uid) ?? pod.status,
      terminal,
      nodeIPs: settings.nodeIPs,
      runtimeName: facts.runtimeName,
      supportsRecursiveReadOnly: supportsRecursiveReadOnly(pod),
      actuated,
      resizeConditions: resizeConditions.list(pod.metadata.uid),
      evict: deadlines.check(pod),
      failure: (container) => failures.get(pod.metadata.uid, container),
      applyProbes: (apiStatus) => probes.applyTo(pod, apiStatus),
    });
  return {
    gc,
    cache,
    statuses,
    probes,
    probeMetrics,
    deadlines,
    failures,
    actuated,
    allocations,
    resizeConditions,
    supportsRecursiveReadOnly,
    generateStatus,
  };
}

function containerGc({ settings, cri, late }: Foundation): ContainerGc {
  return new ContainerGc({
    cri,
    clock: settings.clock,
    log: settings.log,
    podLogsRoot: settings.podLogsDirectory,
    legacyLogsRoot: settings.containerLogsDirectory || undefined,
    shouldContentBeRemoved: (uid) => late.workers.get().shouldContentBeRemoved(uid),
  });
}

function podCache({ settings: { clock, log }, cri, signal, late }: Foundation, gc: ContainerGc): PodCache {
  const reader = new PodStatusReader(cri, {
    tail: tailFile,
    tailLog: (path, lines, bytes) => readLastLogLines(path, lines, bytes),
  });
  const cache: PodCache = new PodCache({
    cri,
    reader,
    clock,
    log,
    signal,
    onChange(change) {
      late.loop.get().sync(change.uid);
      if (change.died.length > 0) void gc.pruneContainers(cache.get(change.uid), change.died);
    },
  });
  return cache;
}

function probeManager(
  { settings, cri, events, signal, facts, late }: Foundation,
  statuses: StatusManager,
  metrics: ProbeMetrics,
): ProbeManager {
  const { clock, random } = settings;
  return new ProbeManager({
    deps: { cri, httpGet, tcpConnect },
    clock,
    random,
    events,
    signal,
    status: (uid) => statuses.get(uid),
    onProbe: (kind, pod, container, outcome) => metrics.add(kind, pod, container, outcome),
    onResult(kind, uid, id, result) {
      const containerID = `${facts.runtimeName}://${id}`;
      if (kind === 'readiness') statuses.setContainerReadiness(uid, containerID, result === 'success');
      if (kind === 'startup') statuses.setContainerStartup(uid, containerID, result === 'success');
      if (kind !== 'liveness' || result === 'failure') late.loop.get().sync(uid);
    },
  });
}
