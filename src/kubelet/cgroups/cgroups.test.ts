import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { containerLinuxResources } from './container-resources.ts';
import { milliCpuToQuota, milliCpuToShares, quotaToMilliCpu, sharesToMilliCpu, sharesToWeight } from './cpu.ts';
import { containerOomScoreAdjust } from './oom-score.ts';
import { podCgroupConfig } from './pod-cgroup-config.ts';

const GI = 1024 ** 3;
const node = { memoryCapacity: 8 * GI, hugepageSizes: ['2MB'], cpuCfsQuota: true, swapController: false };
const sized = (requests: Record<string, string>, limits: Record<string, string> = {}): Container =>
  testContainer({ resources: { requests, limits } });
const podOf = (...containers: Container[]): Pod => testPod({ spec: { containers } });

test('CPU in the units of the kernel and back', () => {
  assert.deepEqual([0, 1, 2, 100, 1000, 1_000_000].map(milliCpuToShares), [2, 2, 2, 102, 1024, 262144]);
  assert.deepEqual(
    [0, 1, 10, 250, 1000, 1500].map((m) => milliCpuToQuota(m)),
    [0, 1000, 1000, 25_000, 100_000, 150_000],
  );
  assert.equal(sharesToMilliCpu(102), 100);
  assert.equal(quotaToMilliCpu(25_000, 100_000), 250);
  assert.deepEqual([2, 1024, 262144].map(sharesToWeight), [1, 39, 10000]);
});

test('the cgroup of a pod is limited where all its containers are', () => {
  const options = { enforceCpuLimits: true };
  const guaranteed = podOf(sized({ cpu: '100m', memory: '64Mi' }, { cpu: '100m', memory: '64Mi' }));
  assert.partialDeepStrictEqual(podCgroupConfig(guaranteed, options), {
    cpuShares: 102,
    cpuQuota: 10_000,
    cpuPeriod: 100_000,
    memory: 64 * 1024 ** 2,
  });
  const burstable = podOf(sized({ cpu: '100m' }, { memory: '64Mi' }), sized({}, { memory: '32Mi', cpu: '1' }));
  const config = podCgroupConfig(burstable, options);
  assert.deepEqual([config.cpuShares, config.cpuQuota, config.memory], [102, undefined, 96 * 1024 ** 2]);
  const bestEffort = podCgroupConfig(podOf(testContainer()), options);
  assert.deepEqual([bestEffort.cpuShares, bestEffort.cpuQuota, bestEffort.memory], [2, undefined, undefined]);
});

test('a limit stands for a missing request; huge pages of every size are limited', () => {
  const pod = podOf(sized({}, { cpu: '500m', memory: '1Gi', 'hugepages-2Mi': '4Mi' }));
  assert.partialDeepStrictEqual(containerLinuxResources(pod, pod.spec.containers[0] ?? testContainer(), node), {
    cpuShares: 512,
    cpuQuota: 50_000,
    cpuPeriod: 100_000,
    memoryLimitInBytes: GI,
    hugepageLimits: [{ pageSize: '2MB', limit: 4 * 1024 ** 2 }],
  });
});

test('who is killed first when memory runs out', () => {
  const score = (container: Container, pod = podOf(container)) => containerOomScoreAdjust(pod, container, 4_000_000_000);
  assert.equal(score(testContainer()), 1000, 'BestEffort');
  assert.equal(score(sized({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' })), -997, 'Guaranteed');
  assert.equal(score(sized({ memory: '2000000000' })), 500, 'half of the memory');
  assert.equal(score(sized({ memory: '3999999999' })), 3, 'never as safe as Guaranteed');
  assert.equal(score(sized({ cpu: '1' })), 999, 'a little safer than BestEffort');
  const critical = testPod({ spec: { containers: [testContainer()], priority: 2_000_001_000, priorityClassName: 'system-node-critical' } });
  assert.equal(score(testContainer(), critical), -997, 'critical for the node');
});
