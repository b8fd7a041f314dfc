import { message, repeated, stringMap } from '../codec/message.ts';

export const HugepageLimit = message({ pageSize: [1, 'string'], limit: [2, 'uint64'] });

export const LinuxContainerResources = message({
  cpuPeriod: [1, 'int64'],
  cpuQuota: [2, 'int64'],
  cpuShares: [3, 'int64'],
  memoryLimitInBytes: [4, 'int64'],
  oomScoreAdj: [5, 'int64'],
  cpusetCpus: [6, 'string'],
  cpusetMems: [7, 'string'],
  hugepageLimits: [8, repeated(HugepageLimit)],
  unified: [9, stringMap],
  memorySwapLimitInBytes: [10, 'int64'],
});

export const ContainerResources = message({ linux: [1, LinuxContainerResources] });
