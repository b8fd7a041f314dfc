import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.ts';
import { Profile } from '../framework/profile.ts';
import { defaultPlugins } from '../plugins/default-plugins.ts';
import { makePod } from '../testing.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

function setUp() {
  const clock = new FakeClock();
  const queue = new SchedulingQueue(clock, new Profile(defaultPlugins({ namespaceLabels: () => undefined, defaultSelector: () => undefined })));
  return { clock, queue };
}

const node = { resource: 'Node', action: 'Add', object: {} } as const;

test('higher priority first, then who came first', async () => {
  const { queue, clock } = setUp();
  queue.add(makePod('old'));
  await clock.advance(10);
  queue.add(makePod('new'));
  queue.add(makePod('vip', { spec: { priority: 5 } }));
  const order = [await queue.pop(), await queue.pop(), await queue.pop()];
  assert.deepEqual(order.map((q) => q?.pod.metadata.name), ['vip', 'old', 'new']);
});

test('a pod that found no node waits for an event that its plugins care for', async () => {
  const { queue, clock } = setUp();
  queue.add(makePod('p'));
  const queued = await queue.pop();
  assert.ok(queued);
  queue.failed(queued, new Set(['NodeName']));
  queue.onEvent({ resource: 'Pod', action: 'Delete', object: {} });
  let popped = false;
  const waiting = queue.pop().then((q) => ((popped = true), q));
  await clock.advance(60_000);
  assert.equal(popped, false);
  queue.onEvent(node);
  assert.equal((await waiting)?.attempts, 2);
});

test('an event during the cycle is not missed; after five minutes a pod is tried anyway', async () => {
  const { queue, clock } = setUp();
  queue.add(makePod('p'));
  const first = await queue.pop();
  assert.ok(first);
  queue.onEvent(node);
  queue.failed(first, new Set(['NodeName']));
  const second = await queue.pop();
  assert.equal(second, first);
  queue.failed(first, new Set(['NodeName']));
  const third = queue.pop();
  await clock.advance(5 * 60_000 + 1000);
  assert.equal(await third, first);
});

test('gated pods enter when their gates are gone; deleted ones never', async () => {
  const { queue } = setUp();
  const gated = makePod('p', { spec: { schedulingGates: [{ name: 'g' }] } });
  queue.add(gated);
  const waiting = queue.pop();
  queue.update({ ...gated, spec: { containers: gated.spec.containers } });
  assert.equal((await waiting)?.pod.metadata.name, 'p');
  const gone = makePod('gone');
  queue.add(gone);
  queue.delete(gone.metadata.uid);
  const end = queue.pop();
  queue.close();
  assert.equal(await end, undefined);
});
