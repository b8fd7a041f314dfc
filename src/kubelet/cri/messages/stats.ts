import { message, repeated, stringMap } from '../codec/message.ts';
import { ContainerMetadata } from './container.ts';
import { FilesystemUsage } from './image.ts';
import { PodSandboxMetadata } from './sandbox.ts';
import { UInt64Value } from './security.ts';

export const CpuUsage = message({ timestamp: [1, 'int64'], usageCoreNanoSeconds: [2, UInt64Value], usageNanoCores: [3, UInt64Value] });

export const MemoryUsage = message({
  timestamp: [1, 'int64'],
  workingSetBytes: [2, UInt64Value],
  availableBytes: [3, UInt64Value],
  usageBytes: [4, UInt64Value],
  rssBytes: [5, UInt64Value],
  pageFaults: [6, UInt64Value],
  majorPageFaults: [7, UInt64Value],
});

export const SwapUsage = message({ timestamp: [1, 'int64'], swapAvailableBytes: [2, UInt64Value], swapUsageBytes: [3, UInt64Value] });

export const ContainerAttributes = message({
  id: [1, 'string'],
  metadata: [2, ContainerMetadata],
  labels: [3, stringMap],
  annotations: [4, stringMap],
});

export const ContainerStats = message({
  attributes: [1, ContainerAttributes],
  cpu: [2, CpuUsage],
  memory: [3, MemoryUsage],
  writableLayer: [4, FilesystemUsage],
  swap: [5, SwapUsage],
});

export const ContainerStatsFilter = message({ id: [1, 'string'], podSandboxId: [2, 'string'], labelSelector: [3, stringMap] });

export const NetworkInterfaceUsage = message({
  name: [1, 'string'],
  rxBytes: [2, UInt64Value],
  rxErrors: [3, UInt64Value],
  txBytes: [4, UInt64Value],
  txErrors: [5, UInt64Value],
});

export const NetworkUsage = message({
  timestamp: [1, 'int64'],
  defaultInterface: [2, NetworkInterfaceUsage],
  interfaces: [3, repeated(NetworkInterfaceUsage)],
});

export const ProcessUsage = message({ timestamp: [1, 'int64'], processCount: [2, UInt64Value] });

export const LinuxPodSandboxStats = message({
  cpu: [1, CpuUsage],
  memory: [2, MemoryUsage],
  network: [3, NetworkUsage],
  process: [4, ProcessUsage],
  containers: [5, repeated(ContainerStats)],
});

export const PodSandboxAttributes = message({
  id: [1, 'string'],
  metadata: [2, PodSandboxMetadata],
  labels: [3, stringMap],
  annotations: [4, stringMap],
});

export const PodSandboxStats = message({ attributes: [1, PodSandboxAttributes], linux: [2, LinuxPodSandboxStats] });
