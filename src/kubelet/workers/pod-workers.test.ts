import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { FakeClock, SeededRandom } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { emptyPodStatus } from '../runtime/types.ts';
import { testPod } from '../testing/test-pod.ts';
import type { PodSyncer } from './pod-work.ts';
import { PodWorkers } from './pod-workers.ts';

function setUp(over: Partial<PodSyncer> = {}) {
  const calls: string[] = [];
  const clock = new FakeClock(0);
  const note = (call: string) => {
    calls.push(call);
    return Promise.resolve();
  };
  const syncer: PodSyncer = {
    async syncPod(type) {
      await note(`sync ${type}`);
      return false;
    },
    syncTerminatingPod: (_pod, _status, grace) => note(`terminating ${grace}`),
    syncTerminatingRuntimePod: () => note('terminating what only runs'),
    syncTerminatedPod: () => note('terminated'),
    ...over,
  };
  const pods = new Map<string, Pod>();
  const workers = new PodWorkers({
    syncer,
    clock,
    random: new SeededRandom(1),
    log: silentLogger,
    signal: new AbortController().signal,
    status: (uid) => emptyPodStatus({ uid, name: '', namespace: '' }),
    currentPod(uid) {
      const pod = pods.get(uid);
      return pod && { pod, mirror: undefined };
    },
    onStep: () => {},
  });
  return { workers, calls, clock, pods, note };
}

const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const pod = testPod({ spec: { containers: [], terminationGracePeriodSeconds: 30 } });
const { uid } = pod.metadata;
const deleted: Pod = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 10 } };

test('a pod lives, terminates and is cleaned up, in that order', async () => {
  const { workers, calls } = setUp();
  workers.update({ type: 'create', pod });
  await settle();
  workers.update({ type: 'update', pod: deleted });
  await settle();
  assert.deepEqual(calls, ['sync create', 'terminating 10', 'terminated']);
  assert.ok(workers.isKnownTerminated(uid));
  workers.update({ type: 'sync', pod: deleted });
  await settle();
  assert.equal(calls.length, 3, 'nothing follows the end');
});

test('what comes during a step is one step more', async () => {
  let finish = () => {};
  const { workers, calls } = setUp({
    async syncPod(type) {
      calls.push(type);
      await new Promise<void>((resolve) => (finish = resolve));
      return false;
    },
  });
  workers.update({ type: 'create', pod });
  await settle();
  for (let i = 0; i < 5; i++) workers.update({ type: 'sync', pod });
  workers.update({ type: 'update', pod });
  finish();
  await settle();
  assert.deepEqual(calls, ['create', 'update']);
});

test('deleting a pod interrupts the step that runs', async () => {
  let aborted = false;
  const { workers, calls } = setUp({
    async syncPod(_type, _pod, _mirror, _status, signal) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      return false;
    },
  });
  workers.update({ type: 'create', pod });
  await settle();
  workers.update({ type: 'update', pod: deleted });
  aborted = true;
  await settle();
  assert.ok(aborted);
  assert.deepEqual(calls, ['terminating 10', 'terminated']);
});

test('a step that failed is tried again after a while', async () => {
  let tries = 0;
  const { workers, clock, pods } = setUp({
    syncPod() {
      tries++;
      return tries === 1 ? Promise.reject(new Error('no luck')) : Promise.resolve(false);
    },
  });
  pods.set(uid, pod);
  workers.update({ type: 'create', pod });
  await settle();
  await clock.advance(9000);
  assert.equal(tries, 1);
  await clock.advance(6500);
  await settle();
  assert.equal(tries, 2);
});

test('a pod that ends by itself is cleaned up', async () => {
  const { workers, calls } = setUp({ syncPod: () => Promise.resolve(true) });
  workers.update({ type: 'create', pod });
  await settle();
  assert.deepEqual(calls, ['terminating undefined', 'terminated']);
});

test('an eviction shortens the grace and tells when the containers have stopped', async () => {
  const { workers, calls } = setUp();
  workers.update({ type: 'create', pod });
  await settle();
  let stopped = false;
  workers.update({ type: 'kill', pod, kill: { evict: true, graceOverride: 1, onStopped: () => (stopped = true) } });
  await settle();
  assert.deepEqual([calls, stopped], [['sync create', 'terminating 1', 'terminated'], true]);
  assert.ok(workers.shouldContentBeRemoved(uid));
});

test('a pod that only the runtime knows is ended', async () => {
  const { workers, calls } = setUp();
  workers.update({
    type: 'kill',
    runningPod: emptyPodStatus({ uid: 'x', name: 'stray', namespace: 'default' }),
    kill: { graceOverride: 1 },
  });
  await settle();
  assert.deepEqual(calls, ['terminating what only runs']);
});

test('a worker whose pod nobody wants any more ends it', async () => {
  const { workers, calls } = setUp();
  workers.update({ type: 'create', pod });
  await settle();
  assert.equal(workers.syncKnown([]).get(uid)?.work, 'terminating');
  await settle();
  assert.deepEqual(calls, ['sync create', 'terminating 30', 'terminated']);
  assert.equal(workers.syncKnown([]).has(uid), false, 'forgotten');
});

test('a pod that had ended before this kubelet began is only cleaned up', async () => {
  const { workers, calls } = setUp();
  workers.update({ type: 'create', pod: { ...pod, status: { phase: 'Succeeded' } } });
  await settle();
  assert.deepEqual(calls, ['terminated']);
});
