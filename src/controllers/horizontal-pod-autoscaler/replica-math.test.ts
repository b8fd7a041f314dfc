import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { at, NOW, pod } from '../shared/test-objects.ts';
import type { PodMetrics } from './metrics-client.ts';
import { groupPods, proposeForAverage, proposeForUsage, proposeForUtilization, proposeForValue } from './replica-math.ts';
import { requestsOf } from './requests.ts';

const TOLERANCES = { scaleUp: 0.1, scaleDown: 0.1 };
const TIMING = { now: NOW, cpuInitializationMs: 120_000, initialReadinessDelayMs: 10_000 };

interface Kind {
  ready?: string;
  phase?: string;
  started?: number;
  deleted?: boolean;
}

const make = (i: number, { ready = 'True', phase = 'Running', started = -3600, deleted = false }: Kind = {}): Pod =>
  pod(`p${i}`, {
    metadata: deleted ? { deletionTimestamp: at(0) } : {},
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] },
    status: { phase, startTime: at(started), conditions: [{ type: 'Ready', status: ready, lastTransitionTime: at(started) }] },
  });

const metricsOf = (levels: readonly number[]): PodMetrics =>
  new Map(levels.map((value, i) => [`p${i}`, { timestamp: NOW, windowMs: 60_000, value }]));

/** Replicas and utilization for pods that each request one cpu. */
function cpu(current: number, target: number, levels: number[], kinds: Kind[] = []): [number, number | undefined] {
  const pods = Array.from({ length: Math.max(current, kinds.length) }, (_, i) => make(i, kinds[i]));
  const metrics = metricsOf(levels);
  const groups = groupPods(pods, metrics, 'cpu', TIMING);
  const { replicas, utilization } = proposeForUtilization(current, target, TOLERANCES, metrics, groups, requestsOf(pods, 'cpu', undefined));
  return [replicas, utilization];
}

const not: Kind = { ready: 'False' };
const failed: Kind = { phase: 'Failed' };
const gone: Kind = { deleted: true };
const hot: Kind = { started: -1 };

// TestReplicaCalc* of pkg/controller/podautoscaler/replica_calculator_test.go.
describe('utilization', () => {
  test('scales up and down in proportion', () => {
    assert.deepEqual(cpu(3, 30, [300, 500, 700]), [5, 50]);
    assert.deepEqual(cpu(5, 50, [100, 300, 500, 250, 250]), [3, 28]);
  });
  test('near the target nothing changes', () => assert.deepEqual(cpu(3, 100, [1010, 1030, 1020]), [3, 102]));
  test('unready pods count as idle when scaling up', () => {
    assert.deepEqual(cpu(3, 30, [300, 500, 700], [not]), [4, 60]);
    assert.deepEqual(cpu(3, 30, [400, 500, 700], [{}, not, not]), [3, 40]);
    assert.deepEqual(cpu(3, 30, [300, 500, 700], [hot]), [4, 60]);
  });
  test('and not at all when scaling down', () => {
    assert.deepEqual(cpu(5, 50, [100, 300, 500, 250, 250], [{}, {}, {}, not, not]), [2, 30]);
    assert.deepEqual(cpu(5, 50, [100, 300, 500, 250, 250], [{}, {}, {}, hot, hot]), [2, 30]);
    assert.deepEqual(cpu(5, 50, [100, 300, 500], [{}, {}, {}, { phase: 'Pending' }, { phase: 'Pending' }]), [2, 30]);
  });
  test('failed and deleted pods are left out', () => {
    assert.deepEqual(cpu(2, 30, [500, 700], [{}, {}, failed, failed]), [4, 60]);
    assert.deepEqual(cpu(2, 30, [500, 700], [{}, {}, gone, gone]), [4, 60]);
  });
  test('pods without metrics hold back', () => {
    assert.deepEqual(cpu(4, 100, [400, 95]), [3, 24]);
    assert.deepEqual(cpu(2, 100, [1000]), [2, 100]);
    assert.deepEqual(cpu(2, 100, [1900]), [2, 190]);
    assert.deepEqual(cpu(2, 100, [600]), [2, 60]);
    assert.deepEqual(cpu(3, 50, [100, 450], [not]), [3, 45]);
  });
  test('metrics of unknown pods are not counted', () => assert.deepEqual(cpu(4, 100, [4000, 9500, 3000, 7000, 3200, 2000]), [24, 587]));
  test('without any metrics there is no answer', () => {
    assert.throws(() => cpu(2, 100, [100, 100], [not, not]), /did not receive metrics for targeted pods/);
  });
});

test('mean usage', () => {
  const pods = [0, 1, 2].map((i) => make(i));
  const propose = (target: number, levels: number[]) => {
    const metrics = metricsOf(levels);
    return proposeForUsage(3, target, TOLERANCES, metrics, groupPods(pods, metrics, '', TIMING));
  };
  assert.deepEqual(propose(15_000, [20_000, 10_000, 30_000]), { replicas: 4, usage: 20_000 });
  assert.deepEqual(propose(20_000, [20_000, 21_000, 21_000]), { replicas: 3, usage: 20_666 });
});

test('one value for all', () => {
  const pods = [make(0), make(1), make(2), make(3, not)];
  assert.deepEqual(proposeForValue(3, 20_000, 15_000, TOLERANCES, pods), { replicas: 4, usage: 20_000 });
  assert.deepEqual(proposeForValue(0, 20_000, 15_000, TOLERANCES, []), { replicas: 2, usage: 20_000 });
  assert.equal(proposeForValue(3, Number.MAX_SAFE_INTEGER, 1, TOLERANCES, pods).replicas, 2_147_483_647);
  assert.deepEqual(proposeForAverage(3, 8600, 2150, TOLERANCES), { replicas: 4, usage: 2867 });
  assert.deepEqual(proposeForAverage(4, 8600, 2050, TOLERANCES), { replicas: 4, usage: 2150 });
});

test('requests are those of all containers, of one, or of the pod', () => {
  const resources = (value: string) => ({ resources: { requests: { cpu: value } } });
  const two = pod('p', {
    spec: {
      containers: [
        { name: 'a', ...resources('100m') },
        { name: 'b', ...resources('200m') },
      ],
    },
  });
  assert.equal(requestsOf([two], 'cpu', undefined).get('p'), 300);
  assert.equal(requestsOf([two], 'cpu', 'b').get('p'), 200);
  assert.throws(() => requestsOf([two], 'memory', undefined), /missing request for memory in container a of Pod p/);
  assert.throws(() => requestsOf([two], 'cpu', 'x'), /container x not found in Pod p/);
  const whole = pod('p', { spec: { containers: two.spec.containers, ...resources('500m') } });
  assert.equal(requestsOf([whole], 'cpu', undefined).get('p'), 500);
});
