import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Container, Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { runtimeContainer, runtimeStatus } from '../testing/runtime-status.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { emptyPodStatus, type RuntimeContainerStatus, type RuntimePodStatus } from '../runtime/types.ts';
import { generatePodStatus, type PodStatusInput } from './generate-pod-status.ts';

const [a, b, init] = ['a', 'b', 'init'].map((name) => testContainer({ name })) as [Container, Container, Container];
const exited = (container: Container, exitCode: number, over: Partial<RuntimeContainerStatus> = {}) =>
  runtimeContainer(container, { state: 'exited', exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: 3000, ...over });

function generate(pod: Pod, runtime: RuntimePodStatus, over: Partial<PodStatusInput> = {}): PodStatus {
  return generatePodStatus({
    pod,
    runtime,
    old: pod.status,
    terminal: false,
    nodeIPs: ['192.0.2.7'],
    runtimeName: 'containerd',
    supportsRecursiveReadOnly: false,
    actuated: { container: () => undefined, pod: () => undefined },
    resizeConditions: [],
    evict: undefined,
    failure: () => undefined,
    applyProbes(status) {
      for (const c of status.containerStatuses ?? []) c.ready = c.started = c.state?.running !== undefined;
    },
    ...over,
  });
}

const two = (spec: Partial<Pod['spec']> = {}, status: PodStatus = {}) => testPod({ spec: { containers: [a, b], ...spec }, status });
const condition = (status: PodStatus, type: string) => {
  const found = status.conditions?.find((c) => c.type === type);
  return found && [found.status, found.reason, found.message].filter(Boolean);
};

describe('the phase', () => {
  const cases: readonly [policy: string, containers: readonly RuntimeContainerStatus[], phase: string][] = [
    ['Always', [], 'Pending'],
    ['Always', [runtimeContainer(a), runtimeContainer(b)], 'Running'],
    ['Always', [exited(a, 0), exited(b, 0)], 'Running'],
    ['Always', [runtimeContainer(a)], 'Pending'],
    ['Never', [exited(a, 0), exited(b, 0)], 'Succeeded'],
    ['Never', [exited(a, 0), exited(b, 1)], 'Failed'],
    ['Never', [exited(a, 1), runtimeContainer(b)], 'Running'],
    ['OnFailure', [exited(a, 0), exited(b, 0)], 'Succeeded'],
    ['OnFailure', [exited(a, 0), exited(b, 1)], 'Running'],
  ];
  for (const [restartPolicy, containers, phase] of cases) {
    const states = containers.map((c) => `${c.state}${c.state === 'exited' ? ` ${c.exitCode}` : ''}`).join(', ') || 'nothing yet';
    test(`${restartPolicy}, ${states}: ${phase}`, () => {
      const pod = two({ restartPolicy });
      assert.equal(generate(pod, containers.length > 0 ? runtimeStatus(pod, containers) : emptyPodStatus(pod.metadata)).phase, phase);
    });
  }

  test('a pod that waits for its init containers is pending', () => {
    const pod = two({ initContainers: [init] });
    assert.equal(generate(pod, runtimeStatus(pod, [runtimeContainer(init)])).phase, 'Pending');
  });

  test('a failed init container fails a pod that does not restart', () => {
    const pod = two({ initContainers: [init], restartPolicy: 'Never' });
    assert.equal(generate(pod, runtimeStatus(pod, [exited(init, 1)])).phase, 'Failed');
  });

  test('a phase that ended a pod stays', () => {
    const pod = two({}, { phase: 'Failed', reason: 'Evicted', message: 'gone' });
    const status = generate(pod, runtimeStatus(pod, [runtimeContainer(a), runtimeContainer(b)]));
    assert.deepEqual([status.phase, status.reason, status.message], ['Failed', 'Evicted', 'gone']);
  });

  test('a pod that is told to end fails with the reason', () => {
    const pod = two();
    const status = generate(pod, runtimeStatus(pod, [runtimeContainer(a), runtimeContainer(b)]), {
      evict: { reason: 'DeadlineExceeded', message: 'late' },
    });
    assert.deepEqual([status.phase, status.reason, status.message], ['Failed', 'DeadlineExceeded', 'late']);
  });
});

describe('containers', () => {
  test('before anything runs they wait', () => {
    const pod = two();
    const states = generate(pod, emptyPodStatus(pod.metadata)).containerStatuses?.map((c) => c.state?.waiting?.reason);
    assert.deepEqual(states, ['ContainerCreating', 'ContainerCreating']);
    const withInit = two({ initContainers: [init] });
    const status = generate(withInit, emptyPodStatus(withInit.metadata));
    assert.equal(status.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing');
    assert.equal(status.initContainerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing');
  });

  test('what runs, with what it was before', () => {
    const pod = testPod({ spec: { containers: [a] } });
    const before = exited(a, 137, { id: 'old', restartCount: 0, reason: 'OOMKilled', createdAt: 500 });
    const status = generate(pod, runtimeStatus(pod, [runtimeContainer(a, { restartCount: 1 }), before]));
    assert.partialDeepStrictEqual(status.containerStatuses?.[0], {
      name: 'a',
      ready: true,
      restartCount: 1,
      containerID: 'containerd://a-id',
      state: { running: { startedAt: '1970-01-01T00:00:01Z' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', containerID: 'containerd://old' } },
    });
  });

  test('why one cannot start', () => {
    const pod = testPod({ spec: { containers: [a] } });
    const failure = { reason: 'CrashLoopBackOff', message: 'back-off 10s' };
    const status = generate(pod, runtimeStatus(pod, [exited(a, 1)]), { failure: () => failure }).containerStatuses?.[0];
    assert.deepEqual(status?.state, { waiting: failure });
    assert.equal(status?.lastState?.terminated?.exitCode, 1);
  });

  test('one that ran and is gone was killed', () => {
    const old: PodStatus = {
      containerStatuses: [{ name: 'a', image: 'x', imageID: '', ready: true, restartCount: 0, state: { running: {} }, lastState: {} }],
    };
    const pod = testPod({ spec: { containers: [a] }, status: old });
    const status = generate(pod, runtimeStatus(pod, [])).containerStatuses?.[0];
    assert.deepEqual(
      [status?.lastState?.terminated?.reason, status?.lastState?.terminated?.exitCode, status?.restartCount],
      ['ContainerStatusUnknown', 137, 1],
    );
  });
});

describe('conditions', () => {
  test('of a pod that runs', () => {
    const pod = two();
    const status = generate(pod, runtimeStatus(pod, [runtimeContainer(a), runtimeContainer(b)]));
    for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
      assert.deepEqual(condition(status, type), ['True'], type);
    assert.deepEqual([status.podIP, status.hostIP, status.qosClass], ['10.0.0.5', '192.0.2.7', 'BestEffort']);
  });

  test('name what is missing', () => {
    const pod = two({ initContainers: [init] });
    const status = generate(pod, runtimeStatus(pod, [runtimeContainer(init)]));
    assert.deepEqual(condition(status, 'Initialized'), ['False', 'ContainersNotInitialized', 'containers with incomplete status: [init]']);
    assert.deepEqual(condition(status, 'Ready'), ['False', 'ContainersNotReady', 'containers with unready status: [a b]']);
  });

  test('a readiness gate holds Ready back', () => {
    const pod = two({ readinessGates: [{ conditionType: 'example.com/lb' }] });
    const running = runtimeStatus(pod, [runtimeContainer(a), runtimeContainer(b)]);
    assert.deepEqual(condition(generate(pod, running), 'Ready'), [
      'False',
      'ReadinessGatesNotReady',
      'corresponding condition of pod readiness gate "example.com/lb" does not exist.',
    ]);
    const open = two(
      { readinessGates: [{ conditionType: 'example.com/lb' }] },
      { conditions: [{ type: 'example.com/lb', status: 'True' }] },
    );
    assert.deepEqual(condition(generate(open, running), 'Ready'), ['True']);
  });

  test('of a pod that is done', () => {
    const pod = two({ restartPolicy: 'Never' });
    const status = generate(pod, runtimeStatus(pod, [exited(a, 0), exited(b, 0)]), { terminal: true });
    assert.deepEqual(condition(status, 'Ready'), ['False', 'PodCompleted']);
    assert.deepEqual(condition(status, 'Initialized'), ['True', 'PodCompleted']);
  });
});
