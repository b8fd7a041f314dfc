/** GET /stats/summary (k8s.io/kubelet/pkg/apis/stats/v1alpha1). */
import type { DiskUsage } from '../../host/disk-usage.ts';
import type { FileSystemSize } from '../../host/file-system-size.ts';
import { formatTime } from '../../base/clock.ts';
import type { InterfaceUsage } from './net-dev.ts';
import type { NodeStorage } from './node-storage.ts';
import type { PodStorage } from './pod-storage.ts';
import type { ContainerUsage, PodUsage, Usage } from './pod-usages.ts';

export interface SummaryInput {
  readonly now: number;
  readonly nodeName: string;
  /** When the machine started, milliseconds since the epoch. */
  readonly bootedAt: number;
  readonly memory: number;
  readonly node: Usage | undefined;
  /** All pods together. */
  readonly kubepods: Usage | undefined;
  readonly pods: readonly PodUsage[];
  readonly maxPids: number;
  readonly pids: number;
  /** Left out when only CPU and memory were asked for. */
  readonly storage?: SummaryStorage | undefined;
}

export interface SummaryStorage {
  readonly node: NodeStorage;
  readonly network: readonly InterfaceUsage[];
  /** By uid of the pod. */
  readonly podNetworks: ReadonlyMap<string, readonly InterfaceUsage[]>;
  readonly podStorages: ReadonlyMap<string, PodStorage>;
  readonly layers: ReadonlyMap<string, DiskUsage>;
  /** Processes by uid of the pod. */
  readonly processes: ReadonlyMap<string, number>;
}

type Json = Record<string, unknown>;

export function summary(input: SummaryInput): Json {
  const time = formatTime(input.now);
  const { storage, node } = input;
  return {
    node: {
      nodeName: input.nodeName,
      systemContainers: input.kubepods && [{ name: 'pods', startTime: formatTime(input.bootedAt), ...processors(input.kubepods, time) }],
      startTime: formatTime(input.bootedAt),
      ...(node && { cpu: cpu(node, time), memory: { ...memory(node, time), availableBytes: Math.max(0, input.memory - node.workingSet) } }),
      ...(storage && {
        network: network(storage.network, time),
        fs: fileSystem(storage.node.node, time, { bytes: storage.node.node.usedBytes, inodes: inodesUsed(storage.node.node) }),
        runtime: {
          imageFs: fileSystem(storage.node.images, time, {
            bytes: storage.node.images.imageBytes,
            inodes: storage.node.images.imageInodes,
          }),
          containerFs: fileSystem(storage.node.images, time, { bytes: layersTotal(storage.layers), inodes: 0 }),
        },
        rlimit: { time, maxpid: input.maxPids, curproc: input.pids },
      }),
      swap: { time, swapUsageBytes: node?.swap ?? 0 },
    },
    pods: input.pods.map((pod) => podSummary(pod, storage, time)),
  };
}

function podSummary(used: PodUsage, storage: SummaryStorage | undefined, time: string): Json {
  const { name, namespace, uid } = used.pod.metadata;
  const own = storage?.podStorages.get(uid);
  return {
    podRef: { name, namespace, uid },
    startTime: formatTime(used.startedAt),
    containers: used.containers.map((c) => containerSummary(c, storage, own, time)),
    ...processors(used.usage, time),
    ...(storage && {
      network: network(storage.podNetworks.get(uid) ?? [], time),
      volume: own?.volumes.map((v) => ({
        ...fileSystem(v.fs, time, v.used),
        name: v.name,
        ...(v.claim !== undefined && { pvcRef: { name: v.claim, namespace } }),
      })),
      'ephemeral-storage': own && fileSystem(storage.node.node, time, ephemeralUsage(used, own, storage.layers)),
      process_stats: { process_count: storage.processes.get(uid) ?? 0 },
    }),
    swap: { time, swapUsageBytes: used.usage.swap },
  };
}

function containerSummary(
  { status, usage }: ContainerUsage,
  storage: SummaryStorage | undefined,
  own: PodStorage | undefined,
  time: string,
): Json {
  const none = { bytes: 0, inodes: 0 };
  return {
    name: status.name,
    startTime: formatTime(status.startedAt),
    ...processors(usage, time),
    ...(storage && {
      rootfs: fileSystem(storage.node.images, time, storage.layers.get(status.id) ?? none),
      logs: fileSystem(storage.node.node, time, own?.logs.get(status.name) ?? none),
    }),
    swap: { time, swapUsageBytes: usage.swap },
  };
}

/** What a pod takes of the node's disk: logs, writable layers, volumes that go with it. */
export function ephemeralUsage({ containers }: PodUsage, { logs, volumes }: PodStorage, layers: ReadonlyMap<string, DiskUsage>): DiskUsage {
  const parts = [
    ...logs.values(),
    ...volumes.filter((v) => v.ephemeral).map((v) => v.used),
    ...containers.flatMap((c) => layers.get(c.status.id) ?? []),
  ];
  return { bytes: parts.reduce((sum, p) => sum + p.bytes, 0), inodes: parts.reduce((sum, p) => sum + p.inodes, 0) };
}

function processors(usage: Usage, time: string): Json {
  return { cpu: cpu(usage, time), memory: memory(usage, time) };
}

function cpu(usage: Usage, time: string): Json {
  return { time, usageNanoCores: usage.nanoCores, usageCoreNanoSeconds: usage.cpuNanos };
}

function memory(usage: Usage, time: string): Json {
  return {
    time,
    usageBytes: usage.memory,
    workingSetBytes: usage.workingSet,
    rssBytes: usage.rss,
    pageFaults: usage.pageFaults,
    majorPageFaults: usage.majorPageFaults,
  };
}

function network(interfaces: readonly InterfaceUsage[], time: string): Json | undefined {
  if (interfaces.length === 0) return undefined;
  const main = interfaces.find((i) => i.name === 'eth0') ?? interfaces[0];
  return { time, ...main, interfaces };
}

function fileSystem(fs: FileSystemSize, time: string, used: DiskUsage): Json {
  return {
    time,
    availableBytes: fs.availableBytes,
    capacityBytes: fs.capacityBytes,
    usedBytes: used.bytes,
    inodesFree: fs.inodesFree,
    inodes: fs.inodes,
    inodesUsed: used.inodes,
  };
}

function inodesUsed(fs: FileSystemSize): number {
  return fs.inodes - fs.inodesFree;
}

function layersTotal(layers: ReadonlyMap<string, DiskUsage>): number {
  return [...layers.values()].reduce((sum, layer) => sum + layer.bytes, 0);
}
