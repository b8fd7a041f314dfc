/** Cases after upstream's TestComputePodActions and its kin (pkg/kubelet/kuberuntime/kuberuntime_manager_test.go). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { runtimeContainer, runtimeStatus } from '../testing/runtime-status.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { emptyPodStatus, type RuntimeContainerStatus, type RuntimePodStatus } from './types.ts';
import { computePodActions } from './compute-pod-actions.ts';
import type { ContainerResources } from './pod-actions.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => testContainer({ name })) as [Container, Container, Container];
const three = (spec: Partial<Pod['spec']> = {}) => testPod({ spec: { containers: [a, b, c], ...spec } });
const exited = (container: Container, exitCode: number, over: Partial<RuntimeContainerStatus> = {}) =>
  runtimeContainer(container, { state: 'exited', exitCode, finishedAt: 2000, ...over });

interface Probes {
  readonly liveness?: Readonly<Record<string, 'success' | 'failure'>>;
  readonly startup?: Readonly<Record<string, 'success' | 'failure'>>;
}

function compute(pod: Pod, status: RuntimePodStatus, probes: Probes = {}, actuated?: ContainerResources) {
  const actions = computePodActions({
    pod,
    status,
    probes: { liveness: (id) => probes.liveness?.[id], startup: (id) => probes.startup?.[id] },
    actuated: { container: () => actuated, pod: () => undefined },
    restartAllContainers: false,
  });
  return {
    killPod: actions.killPod,
    create: actions.createSandbox,
    attempt: actions.attempt,
    init: actions.initContainersToStart,
    start: actions.containersToStart,
    ephemeral: actions.ephemeralContainersToStart,
    kill: [...actions.containersToKill].map(([id, { message }]) => `${id}: ${message}`),
    grow: actions.containersToUpdate.cpu.map(({ desired }) => desired.cpuLimit),
  };
}

const nothing = { killPod: false, create: false, attempt: 0, init: [], start: [], ephemeral: [], kill: [], grow: [] };

describe('the sandbox', () => {
  test('a new pod gets a sandbox and all its containers', () => {
    const pod = three();
    assert.deepEqual(compute(pod, emptyPodStatus(pod.metadata)), { ...nothing, killPod: true, create: true, start: [0, 1, 2] });
  });

  test('a pod that runs as it should is left alone', () =>
    assert.deepEqual(
      compute(
        three(),
        runtimeStatus(
          three(),
          [a, b, c].map((x) => runtimeContainer(x)),
        ),
      ),
      nothing,
    ));

  test('a sandbox that is not ready is replaced, with the next attempt', () => {
    const status = runtimeStatus(
      three(),
      [a, b, c].map((x) => exited(x, 0)),
      false,
    );
    assert.deepEqual(compute(three(), status), { ...nothing, killPod: true, create: true, attempt: 1, start: [0, 1, 2] });
  });

  test('containers that succeeded do not run again in a new sandbox under OnFailure', () => {
    const pod = three({ restartPolicy: 'OnFailure' });
    const status = runtimeStatus(pod, [exited(a, 0), exited(b, 1), exited(c, 0)], false);
    assert.deepEqual(compute(pod, status), { ...nothing, killPod: true, create: true, attempt: 1, start: [1] });
  });

  test('a pod that must not restart gets no second sandbox', () => {
    const pod = three({ restartPolicy: 'Never' });
    const status = runtimeStatus(pod, [exited(a, 0), exited(b, 0), exited(c, 0)], false);
    assert.deepEqual(compute(pod, status), { ...nothing, killPod: true, attempt: 1 });
  });
});

describe('containers', () => {
  const cases: readonly [policy: string, exitCode: number, restarted: boolean][] = [
    ['Always', 0, true],
    ['Always', 1, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 0, false],
    ['Never', 1, false],
  ];
  for (const [restartPolicy, exitCode, restarted] of cases) {
    test(`exit ${exitCode} under ${restartPolicy} ${restarted ? 'starts' : 'does not start'} again`, () => {
      const pod = three({ restartPolicy });
      const status = runtimeStatus(pod, [runtimeContainer(a), exited(b, exitCode), runtimeContainer(c)]);
      assert.deepEqual(compute(pod, status), { ...nothing, start: restarted ? [1] : [] });
    });
  }

  test('a pod of which nothing is left to run is killed', () => {
    const pod = three({ restartPolicy: 'Never' });
    assert.deepEqual(
      compute(
        pod,
        runtimeStatus(
          pod,
          [a, b, c].map((x) => exited(x, 0)),
        ),
      ),
      { ...nothing, killPod: true },
    );
  });

  test('a rule of a container overrides the policy of its pod', () => {
    const rule = { action: 'Restart', exitCodes: { operator: 'In', values: [42] } };
    const own = testContainer({ name: 'b', restartPolicy: 'Never', restartPolicyRules: [rule] });
    const pod = three({ restartPolicy: 'Never', containers: [a, own, c] });
    const ended = (code: number) => runtimeStatus(pod, [runtimeContainer(a), exited(own, code), runtimeContainer(c)]);
    assert.deepEqual(compute(pod, ended(42)).start, [1]);
    assert.deepEqual(compute(pod, ended(1)).start, []);
  });

  test('a changed definition restarts the container, whatever the policy', () => {
    const pod = three({ restartPolicy: 'Never' });
    const status = runtimeStatus(pod, [runtimeContainer(a), runtimeContainer(b, { hash: 'feed' }), runtimeContainer(c)]);
    assert.deepEqual(compute(pod, status), {
      ...nothing,
      start: [1],
      kill: ['b-id: Container b definition changed, will be restarted'],
    });
  });

  test('a failed liveness probe kills, and restarts where the policy lets it', () => {
    const probes = { liveness: { 'b-id': 'failure' } } as const;
    const running = (pod: Pod) =>
      runtimeStatus(
        pod,
        [a, b, c].map((x) => runtimeContainer(x)),
      );
    const killed = 'b-id: Container b failed liveness probe';
    assert.deepEqual(compute(three(), running(three()), probes), { ...nothing, start: [1], kill: [`${killed}, will be restarted`] });
    const never = three({ restartPolicy: 'Never' });
    assert.deepEqual(compute(never, running(never), probes), { ...nothing, kill: [killed] });
  });

  test('a failed startup probe restarts', () => {
    const status = runtimeStatus(
      three(),
      [a, b, c].map((x) => runtimeContainer(x)),
    );
    assert.deepEqual(compute(three(), status, { startup: { 'c-id': 'failure' } }).kill, [
      'c-id: Container c failed startup probe, will be restarted',
    ]);
  });

  test('a container in an unknown state is killed before it starts again', () => {
    const status = runtimeStatus(three(), [runtimeContainer(a), runtimeContainer(b, { state: 'unknown' }), runtimeContainer(c)]);
    assert.deepEqual(compute(three(), status).kill, ['b-id: Container is in "unknown" state, try killing it before restart']);
  });

  test('an ephemeral container starts once', () => {
    const pod = three({ ephemeralContainers: [{ name: 'debug', image: 'x', resources: {} }] });
    const running = [a, b, c].map((x) => runtimeContainer(x));
    assert.deepEqual(compute(pod, runtimeStatus(pod, running)), { ...nothing, ephemeral: [0] });
    const ended = exited(testContainer({ name: 'debug', image: 'x' }), 1);
    assert.deepEqual(compute(pod, runtimeStatus(pod, [...running, ended])), nothing);
  });

  test('more CPU is given in place, and a resize policy may ask for a restart', () => {
    const resources = { limits: { cpu: '2' }, requests: { cpu: '1' } };
    const before = { cpuLimit: 1000, cpuRequest: 1000, memoryLimit: 0, memoryRequest: 0 };
    const sized = testContainer({ name: 'a', resources });
    const pod = testPod({ spec: { containers: [sized] } });
    assert.deepEqual(compute(pod, runtimeStatus(pod, [runtimeContainer(sized)]), {}, before), { ...nothing, grow: [2000] });
    const strict = testContainer({ name: 'a', resources, resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] });
    const other = testPod({ spec: { containers: [strict] } });
    assert.deepEqual(compute(other, runtimeStatus(other, [runtimeContainer(strict)]), {}, before), {
      ...nothing,
      start: [0],
      kill: ['a-id: Container a resize requires restart'],
    });
  });
});

describe('init containers', () => {
  const [i, j, k] = ['i', 'j', 'k'].map((name) => testContainer({ name })) as [Container, Container, Container];
  const pod = three({ initContainers: [i, j, k] });

  test('the first starts in a new sandbox', () =>
    assert.deepEqual(compute(pod, emptyPodStatus(pod.metadata)), { ...nothing, killPod: true, create: true, init: [0] }));

  test('each waits for the one before it', () => {
    assert.deepEqual(compute(pod, runtimeStatus(pod, [runtimeContainer(i)])), nothing);
    assert.deepEqual(compute(pod, runtimeStatus(pod, [exited(i, 0)])).init, [1]);
    assert.deepEqual(compute(pod, runtimeStatus(pod, [exited(i, 0), exited(j, 0)])).init, [2]);
  });

  test('after the last the containers start', () =>
    assert.deepEqual(
      compute(
        pod,
        runtimeStatus(
          pod,
          [i, j, k].map((x) => exited(x, 0)),
        ),
      ),
      { ...nothing, start: [0, 1, 2] },
    ));

  test('one that failed runs again, unless the pod may not', () => {
    assert.deepEqual(compute(pod, runtimeStatus(pod, [exited(i, 0), exited(j, 1)])).init, [1]);
    const never = three({ initContainers: [i, j, k], restartPolicy: 'Never' });
    assert.deepEqual(compute(never, runtimeStatus(never, [exited(i, 0), exited(j, 1)])), { ...nothing, killPod: true });
  });

  test('they are not looked at again while the pod runs', () =>
    assert.deepEqual(
      compute(
        pod,
        runtimeStatus(
          pod,
          [a, b, c].map((x) => runtimeContainer(x)),
        ),
      ),
      nothing,
    ));
});

describe('sidecars', () => {
  const side = testContainer({ name: 's', restartPolicy: 'Always' });
  const probed = testContainer({ name: 's', restartPolicy: 'Always', startupProbe: { exec: { command: ['x'] } } });
  const init = testContainer({ name: 'i' });
  const pod = three({ initContainers: [side, init] });

  test('the next starts once a sidecar runs', () => assert.deepEqual(compute(pod, runtimeStatus(pod, [runtimeContainer(side)])).init, [1]));

  test('the next waits for the startup probe', () => {
    const slow = three({ initContainers: [probed, init] });
    const status = runtimeStatus(slow, [runtimeContainer(probed)]);
    assert.deepEqual(compute(slow, status).init, []);
    assert.deepEqual(compute(slow, status, { startup: { 's-id': 'success' } }).init, [1]);
  });

  test('one that ended starts again beside running containers', () => {
    const status = runtimeStatus(pod, [...[a, b, c].map((x) => runtimeContainer(x)), exited(init, 0), exited(side, 0)]);
    assert.deepEqual(compute(pod, status), { ...nothing, init: [0] });
  });

  test('they go down when nothing else will run', () => {
    const never = three({ initContainers: [side], restartPolicy: 'Never' });
    const status = runtimeStatus(never, [...[a, b, c].map((x) => exited(x, 0)), runtimeContainer(side)]);
    assert.deepEqual(compute(never, status), { ...nothing, killPod: true });
  });
});
