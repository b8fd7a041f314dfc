import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../api/core/v1.gen.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { admitPod, type AdmissionInput } from './admit-pod.ts';

const node = {
  metadata: { name: 'n1', labels: { zone: 'a' } },
  spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] },
  status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } },
} as unknown as Node;
const tolerations = [{ operator: 'Exists' }];
const pod = (spec: Parameters<typeof testPod>[0] = {}) => testPod({ ...spec, spec: { tolerations, ...spec?.spec } });
const admit = (over: Partial<AdmissionInput>) =>
  admitPod({ pod: pod(), node, active: [], allowedUnsafeSysctls: [], pressure: { memory: false, disk: false, pid: false }, ...over });
const asking = (cpu: string) => pod({ spec: { containers: [testContainer({ resources: { requests: { cpu } } })] } });

test('what fits is taken', () => assert.equal(admit({ pod: asking('500m'), active: [asking('500m')] }), undefined));

test('too much CPU', () => {
  assert.deepEqual(admit({ pod: asking('600m'), active: [asking('500m')] }), {
    reason: 'OutOfcpu',
    message: "Node didn't have enough resource: cpu, requested: 600, used: 500, capacity: 1000",
  });
});

test('too many pods', () => assert.equal(admit({ active: [pod(), pod()] })?.reason, 'OutOfpods'));

test('a resource this node knows nothing of does not matter', () => {
  const extended = pod({ spec: { containers: [testContainer({ resources: { requests: { 'example.com/x': '1' } } })] } });
  assert.equal(admit({ pod: extended }), undefined);
});

test('selectors, taints and ports', () => {
  assert.deepEqual(admit({ pod: pod({ spec: { nodeSelector: { zone: 'b' } } }) }), {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  });
  assert.equal(admit({ pod: testPod() })?.reason, 'TaintToleration');
  const listening = (hostIP?: string) =>
    pod({ spec: { containers: [testContainer({ ports: [{ containerPort: 80, hostPort: 80, hostIP }] })] } });
  assert.equal(admit({ pod: listening(), active: [listening('10.0.0.1')] })?.reason, 'NodePorts');
  assert.equal(admit({ pod: listening('10.0.0.2'), active: [listening('10.0.0.1')] }), undefined);
});

test('unsafe sysctls', () => {
  const sysctls = [{ name: 'kernel.shmmax', value: '1' }];
  const asks = pod({ spec: { securityContext: { sysctls } } });
  assert.deepEqual(admit({ pod: asks }), { reason: 'SysctlForbidden', message: 'forbidden sysctl: "kernel.shmmax" not allowlisted' });
  assert.equal(admit({ pod: asks, allowedUnsafeSysctls: ['kernel.shm*'] }), undefined);
});

test('under memory pressure only best effort pods stay out', () => {
  const pressure = { memory: true, disk: false, pid: false };
  assert.equal(admit({ pressure })?.reason, 'Evicted');
  assert.equal(admit({ pressure, pod: asking('1m') }), undefined);
});
