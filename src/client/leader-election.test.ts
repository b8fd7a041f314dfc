import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, SeededRandom } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { Client } from './client.ts';
import { runLeaderElection } from './leader-election.ts';
import { StubTransport } from './stub-transport.test-helper.ts';

const KEY = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/sched';

function setUp() {
  const transport = new StubTransport();
  const clock = new FakeClock();
  const log: string[] = [];
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds * 4; i++) {
      for (let j = 0; j < 3; j++) await new Promise<void>((resolve) => setImmediate(resolve));
      await clock.advance(250);
    }
  };
  const candidate = (identity: string, down = () => false) => {
    const stop = new AbortController();
    const own = Object.assign(Object.create(transport) as StubTransport, {
      request: (request: Parameters<StubTransport['request']>[0]) =>
        down() ? Promise.reject(new Error('unreachable')) : transport.request(request),
    });
    const done = runLeaderElection({
      client: new Client(own),
      namespace: 'kube-system',
      name: 'sched',
      identity,
      clock,
      random: new SeededRandom(identity.length),
      log: silentLogger,
      signal: stop.signal,
      releaseOnCancel: true,
      onStartedLeading: async (signal) => {
        log.push(`${identity} leads`);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        log.push(`${identity} ends`);
      },
      onNewLeader: (leader) => void log.push(`${identity} sees ${leader || 'nobody'}`),
    });
    return { stop, done };
  };
  const spec = () =>
    transport.objects.get(KEY)?.['spec'] as { holderIdentity: string; leaseTransitions: number; leaseDurationSeconds: number };
  return { transport, clock, log, pass, candidate, spec };
}

test('one leads, the other waits; a leader that stops releases the lease and the other takes over', async () => {
  const { log, pass, candidate, spec } = setUp();
  const a = candidate('a');
  await pass(1);
  const b = candidate('bb');
  await pass(60);
  assert.deepEqual(log, ['a sees a', 'a leads', 'bb sees a']);
  assert.deepEqual([spec().leaseDurationSeconds, spec().leaseTransitions], [15, 0]);
  a.stop.abort();
  assert.equal(await a.done, 'stopped');
  await pass(6);
  assert.deepEqual(log.slice(3), ['a ends', 'bb sees bb', 'bb leads']);
  assert.deepEqual([spec().holderIdentity, spec().leaseTransitions], ['bb', 1]);
  b.stop.abort();
  assert.equal(await b.done, 'stopped');
  assert.equal(spec().holderIdentity, '');
});

test('a leader that cannot renew within ten seconds stops leading before another may begin', async () => {
  const { log, pass, candidate } = setUp();
  let down = false;
  const a = candidate('a', () => down);
  await pass(1);
  const b = candidate('bb');
  await pass(5);
  down = true;
  await pass(13);
  assert.equal(await a.done, 'lost');
  assert.deepEqual(log, ['a sees a', 'a leads', 'bb sees a', 'a ends']);
  await pass(10);
  assert.deepEqual(log.slice(4), ['bb sees bb', 'bb leads']);
  b.stop.abort();
  await b.done;
});

test('nonsensical durations are refused', async () => {
  const { transport, clock } = setUp();
  const options = {
    client: new Client(transport),
    namespace: 'x',
    name: 'y',
    identity: 'z',
    clock,
    random: new SeededRandom(1),
    log: silentLogger,
    signal: new AbortController().signal,
    onStartedLeading: () => {},
  };
  await assert.rejects(runLeaderElection({ ...options, leaseDurationMs: 10_000 }), /leaseDuration must be greater/);
  await assert.rejects(runLeaderElection({ ...options, retryPeriodMs: 9000 }), /renewDeadline must be greater/);
});
