import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { evictionMessage } from './eviction-message.ts';
import { rankPods } from './rank-pods.ts';
import { storageExcess } from './storage-limits.ts';
import { parseThresholds, thresholdsMet } from './thresholds.ts';

const GI = 1024 ** 3;
const pod = (name: string, priority = 0): Pod => testPod({ metadata: { name }, spec: { priority } });

test('thresholds are amounts or shares, and memory comes first', () => {
  const thresholds = parseThresholds({ 'nodefs.available': '10%', 'memory.available': '100Mi', 'pid.available': '0%' });
  assert.equal(thresholds.length, 2, 'nothing and everything are no thresholds');
  const met = thresholdsMet(
    thresholds,
    new Map([
      ['memory.available', { available: 50 * 1024 ** 2, capacity: GI }],
      ['nodefs.available', { available: 9 * GI, capacity: 100 * GI }],
    ]),
  );
  assert.deepEqual(
    met.map((m) => m.signal),
    ['memory.available', 'nodefs.available'],
  );
  assert.deepEqual(thresholdsMet(thresholds, new Map([['nodefs.available', { available: 11 * GI, capacity: 100 * GI }]])), []);
  assert.throws(() => parseThresholds({ 'sun.available': '1' }), /unsupported eviction signal/);
});

test('who goes first: above the request, of little priority, furthest above', () => {
  const ranked = rankPods(
    [
      { pod: pod('modest'), used: 10, requested: 20 },
      { pod: pod('greedy'), used: 50, requested: 20 },
      { pod: pod('greedier'), used: 90, requested: 20 },
      { pod: pod('important', 100), used: 99, requested: 0 },
    ],
    true,
  );
  assert.deepEqual(
    ranked.map((r) => r.pod.metadata.name),
    ['greedier', 'greedy', 'important', 'modest'],
  );
});

test('the message says what was short and who used it', () => {
  const met = { signal: 'memory.available', text: '100Mi', quantity: 100 * 1024 ** 2, available: 50 * 1024 ** 2 } as const;
  const container = testContainer({ resources: { requests: { memory: '1Gi' } } });
  assert.equal(
    evictionMessage(testPod({ spec: { containers: [container] } }), met, new Map([['main', 2 * GI]])),
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container main was using 2Gi, request is 1Gi, has larger consumption of memory. ',
  );
});

test('a pod goes when it stores more than it may', () => {
  const limited = testPod({
    spec: {
      containers: [testContainer({ resources: { limits: { 'ephemeral-storage': '1Gi' } } })],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }],
    },
  });
  const disk = (volume: number, container: number, total: number) => ({
    volumes: new Map([['scratch', volume]]),
    containers: new Map([['main', container]]),
    total,
  });
  assert.equal(storageExcess(limited, disk(100, 100, 200)), undefined);
  assert.equal(storageExcess(limited, disk(2 * 1024 ** 2, 0, 0)), 'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi". ');
  assert.equal(storageExcess(limited, disk(0, 0, 2 * GI)), 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ');
  assert.equal(storageExcess(limited, disk(0, 2 * GI, 0)), 'Container main exceeded its local ephemeral storage limit "1Gi". ');
});
