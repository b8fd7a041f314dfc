/** What keeps the node in order: statistics, eviction, images, logs. */
import type { KubeObject } from '../../api/object.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { EvictionManager } from '../eviction/eviction-manager.ts';
import { NodeFigures } from '../eviction/node-figures.ts';
import { parseThresholds } from '../eviction/thresholds.ts';
import { ImageGc } from '../images/image-gc.ts';
import { LogRotation } from '../logs/rotate-logs.ts';
import { nodeStorage } from '../stats/node-storage.ts';
import { PodStorages } from '../stats/pod-storage.ts';
import { PodUsages } from '../stats/pod-usages.ts';
import { processCount, StatsProvider } from '../stats/stats-provider.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { Foundation } from './foundation.ts';
import type { PodState } from './pod-state.ts';

export function upkeep(base: Foundation, state: PodState, volumes: VolumeManager) {
  const { settings, cri, paths, cgroups, cgroupTree, machine, pods } = base;
  const { clock } = settings;
  const usages = new PodUsages({ clock, cgroups: cgroupTree, podCgroups: cgroups, cache: state.cache, pods });
  const storages = new PodStorages({ cri, clock, paths, podLogsRoot: settings.podLogsDirectory, volumes: (uid) => volumes.mounted(uid) });
  const processes = (path: string) => cgroupTree.processes(path).length;
  const stats = new StatsProvider({
    clock,
    cri,
    usages,
    storages,
    nodeName: settings.nodeName,
    rootDirectory: settings.rootDirectory,
    memory: machine.memory,
    maxPids: machine.maxPids,
    kubepods: cgroups.root,
    processes,
  });
  const figures = new NodeFigures({
    usages,
    storages,
    memory: machine.memory,
    maxPids: machine.maxPids,
    storage: () => nodeStorage(settings.rootDirectory, cri),
    pids: processCount,
    processes,
  });
  const imageGc = makeImageGc(base);
  const onPressure = { tell: () => {} };
  const eviction = makeEviction(base, state, figures, imageGc, onPressure);
  return { usages, storages, stats, imageGc, eviction, onPressure, logRotation: makeLogRotation(base, state) };
}

function makeImageGc({ settings, cri }: Foundation): ImageGc {
  const { clock, log, recorder, nodeName, rootDirectory } = settings;
  return new ImageGc({
    cri,
    clock,
    log,
    highThresholdPercent: settings.imageGCHighThresholdPercent,
    lowThresholdPercent: settings.imageGCLowThresholdPercent,
    disk: async () => (await nodeStorage(rootDirectory, cri)).images,
    event: (reason, message) => recorder.event(nodeReference(nodeName), 'Warning', reason, message),
  });
}

function makeEviction(
  { settings, events, late, metrics }: Foundation,
  { gc }: PodState,
  figures: NodeFigures,
  imageGc: ImageGc,
  onPressure: { tell: () => void },
): EvictionManager {
  const { clock, log, recorder, nodeName } = settings;
  const eviction = new EvictionManager({
    clock,
    log,
    thresholds: parseThresholds(settings.evictionHard),
    figures,
    activePods: () => late.loop.get().activePods(),
    kill: (pod, kill) => late.workers.get().update({ type: 'kill', pod, kill }),
    podEvent: (pod, reason, message) => events.pod(pod, 'Warning', reason, message),
    nodeEvent: (reason, message) => recorder.event(nodeReference(nodeName), 'Warning', reason, message),
    evicted: (signal) => metrics.evictions.add(1, { eviction_signal: signal }),
    async reclaimDisk() {
      await gc.collect();
      await imageGc.free(Infinity);
    },
    onPressure: () => onPressure.tell(),
  });
  late.eviction.set(eviction);
  return eviction;
}

function makeLogRotation({ settings, cri }: Foundation, { cache }: PodState): LogRotation {
  return new LogRotation({
    clock: settings.clock,
    log: settings.log,
    maxSize: Quantity.parse(settings.containerLogMaxSize).value(),
    maxFiles: settings.containerLogMaxFiles,
    containers: () =>
      cache
        .knownPods()
        .flatMap((uid) => cache.get(uid).containers)
        .filter((c) => c.state === 'running'),
    async reopen(id) {
      await cri.reopenContainerLog({ containerId: id });
    },
  });
}

/** For events about the node: its uid is its name, as upstream's kubelet writes them. */
export function nodeReference(nodeName: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName, uid: nodeName, namespace: '', resourceVersion: '', creationTimestamp: '' },
  };
}
