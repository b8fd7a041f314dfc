import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, Probe } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { FakeClock, SeededRandom } from '../../base/fake-clock.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { ProbeWorker, type ProbeKind, type ProbeResult } from './probe-worker.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** Lets promises settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function setUp(kind: ProbeKind, spec: Probe, started: boolean) {
  const clock = new FakeClock(START);
  const results: (ProbeResult | 'cleared')[] = [];
  const state = { outcome: 'success' as 'success' | 'failure', probes: 0, status: containerStatus(started), ended: false };
  const stop = new AbortController();
  const worker = new ProbeWorker({
    kind,
    pod: testPod(),
    container: testContainer(),
    spec,
    clock,
    random: new SeededRandom(1),
    startedAt: START - 1e6,
    signal: stop.signal,
    status: () => ({ phase: 'Running', containerStatuses: [state.status] }),
    probe() {
      state.probes++;
      return Promise.resolve({ result: state.outcome, output: '' });
    },
    setResult(_id, result) {
      if (results.at(-1) !== result) results.push(result);
    },
    clearResult: () => void results.push('cleared'),
    onEnd: () => (state.ended = true),
  });
  await settle();
  return { clock, results, state, stop, worker };
}

function containerStatus(started: boolean, id = 'one'): ContainerStatus {
  return {
    name: 'main',
    image: 'x',
    imageID: '',
    ready: false,
    restartCount: 0,
    started,
    containerID: `containerd://${id}`,
    state: { running: { startedAt: formatTime(START) } },
    lastState: {},
  };
}

test('readiness follows the thresholds', async () => {
  const { clock, results, state, stop } = await setUp('readiness', { periodSeconds: 1, failureThreshold: 2, successThreshold: 2 }, true);
  await clock.advance(500);
  assert.deepEqual(results, ['failure'], 'not ready until probed');
  await clock.advance(1000);
  assert.deepEqual(results, ['failure', 'success'], 'after two successes');
  state.outcome = 'failure';
  await clock.advance(1000);
  assert.deepEqual(results, ['failure', 'success'], 'one failure is forgiven');
  await clock.advance(1000);
  assert.deepEqual(results, ['failure', 'success', 'failure']);
  stop.abort();
});

test('the first probe waits for the initial delay', async () => {
  const { clock, state, stop } = await setUp('readiness', { periodSeconds: 1, initialDelaySeconds: 5 }, true);
  await clock.advance(4500);
  assert.equal(state.probes, 0);
  await clock.advance(1000);
  assert.equal(state.probes, 1);
  stop.abort();
});

test('liveness waits for the startup probe, and holds after it failed until the next instance', async () => {
  const { clock, results, state, stop } = await setUp('liveness', { periodSeconds: 1, failureThreshold: 2 }, false);
  await clock.advance(3000);
  assert.deepEqual([results, state.probes], [['success'], 0]);
  state.status = containerStatus(true);
  state.outcome = 'failure';
  await clock.advance(2000);
  assert.deepEqual(results, ['success', 'failure']);
  const before = state.probes;
  await clock.advance(3000);
  assert.equal(state.probes, before, 'a container about to be killed is left alone');
  state.status = containerStatus(true, 'two');
  state.outcome = 'success';
  await clock.advance(2000);
  assert.deepEqual(results, ['success', 'failure', 'cleared', 'success']);
  stop.abort();
});

test('startup probes stop once they succeeded', async () => {
  const { clock, results, state, stop } = await setUp('startup', { periodSeconds: 1 }, false);
  await clock.advance(1000);
  assert.deepEqual(results, ['unknown', 'success']);
  const before = state.probes;
  await clock.advance(5000);
  assert.equal(state.probes, before);
  stop.abort();
  await settle();
  assert.ok(state.ended);
});
