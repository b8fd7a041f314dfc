import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { FlowSchema } from '../../../api/flowcontrol/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { FakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { systemRandom } from '../../../host/clock.ts';
import { make } from '../../admission/testing.ts';
import { bootstrapFlowSchemas, bootstrapPriorityLevels } from '../../bootstrap/flow-control.ts';
import { FakeRegistryReader } from '../../registry/fake-reader.ts';
import { flowControlFilter } from '../flow-control.ts';
import { FlowController } from './flow-controller.ts';
import { bob, contextOf } from './testing.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';

function level(name: string, lendablePercent: number, borrowingLimitPercent: number, nominalConcurrencyShares = 100): AnyObject {
  const limitResponse = { type: 'Queue', queuing: { queues: 10, handSize: 2, queueLengthLimit: 10 } };
  const limited = { nominalConcurrencyShares, lendablePercent, borrowingLimitPercent, limitResponse };
  return make('PriorityLevelConfiguration', { name, uid: `${name}-uid` }, { spec: { type: 'Limited', limited } }, `${GROUP}/v1`);
}

function schema(name: string, user: string, priorityLevel: string): AnyObject {
  const rules = [{ subjects: [{ kind: 'User', user: { name: user } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }];
  const spec = {
    matchingPrecedence: 100,
    priorityLevelConfiguration: { name: priorityLevel },
    distinguisherMethod: { type: 'ByUser' },
    rules,
  };
  return make('FlowSchema', { name, uid: `${name}-uid` }, { spec }, `${GROUP}/v1`);
}

async function world(serverSeats: number, levels: readonly AnyObject[], schemas: readonly AnyObject[]) {
  const clock = new FakeClock();
  const registry = new FakeRegistryReader();
  for (const object of levels) registry.put(GROUP, 'prioritylevelconfigurations', object);
  for (const object of schemas) registry.put(GROUP, 'flowschemas', object);
  const controller = new FlowController({ registry, clock, random: systemRandom, log: silentLogger, serverSeats });
  const stop = new AbortController();
  controller.start(stop.signal);
  await clock.advance(1);
  const filter = flowControlFilter({ controller, clock, objects: () => undefined, waitMs: 15_000 });
  return { clock, registry, controller, filter, stop: () => stop.abort() };
}

test('a level with much to do borrows from one with little', async () => {
  for (const [lendable, borrowing] of [
    [
      [50, 33],
      [67, 50],
    ],
    [
      [50, 67],
      [33, 50],
    ],
  ] as const) {
    const w = await world(
      24,
      [level('pl0', lendable[0], lendable[1]), level('pl1', borrowing[0], borrowing[1])],
      [schema('fs0', 'user0', 'pl0'), schema('fs1', 'user1', 'pl1')],
    );
    const busyMs = [0, 0];
    const handler = w.filter(async (context) => {
      const begun = w.clock.monotonic();
      await w.clock.sleep(250);
      if (begun >= 12_000) busyMs[Number(context.user.name.at(-1))]! += 250;
      return { type: 'raw', status: 200, contentType: '', body: '' };
    });
    const client = async (name: string) => {
      while (w.clock.monotonic() < 27_000) await handler(contextOf('GET', '/foobar', { name, groups: [] }));
    };
    [...Array<string>(24).fill('user0'), ...Array<string>(6).fill('user1')].forEach((name) => void client(name));
    await w.clock.advance(28_000);
    w.stop();
    const [first = 0, second = 0] = busyMs.map((ms) => ms / 15_000);
    assert.ok(first >= 15.5 && first <= 16.2, `flow 0 had ${first} seats`);
    assert.ok(second >= 5.5 && second <= 6.2, `flow 1 had ${second} seats`);
  }
});

test('without objects the mandatory ones are there; broken ones are not', async () => {
  const w = await world(600, [], []);
  assert.equal(w.controller.classify(contextOf('GET', '/x').info, { name: 'root', groups: ['system:masters'] }).level.config.exempt, true);
  assert.equal(w.controller.classify(contextOf('GET', '/x').info, bob).level.config.name, 'catch-all');
  const broken = level('broken', 0, 0);
  (broken['spec'] as Record<string, unknown>)['limited'] = undefined;
  w.registry.put(GROUP, 'prioritylevelconfigurations', broken);
  w.registry.put(GROUP, 'flowschemas', schema('fs', 'bob', 'broken'));
  await w.clock.advance(1);
  assert.equal(w.controller.classify(contextOf('GET', '/x').info, bob).level.config.name, 'catch-all');
  const condition = () => {
    const object = w.registry.reader(GROUP, 'flowschemas').get('', 'fs') as FlowSchema | undefined;
    return object?.status.conditions?.[0];
  };
  assert.deepEqual(
    [condition()?.status, condition()?.message],
    ['True', 'This FlowSchema references the PriorityLevelConfiguration object named "broken" but there is no such object'],
  );
  w.registry.put(GROUP, 'prioritylevelconfigurations', level('broken', 0, 0));
  await w.clock.advance(1);
  assert.equal(w.controller.classify(contextOf('GET', '/x').info, bob).level.config.name, 'broken');
  assert.equal(condition()?.message, 'This FlowSchema references the PriorityLevelConfiguration object named "broken" and it exists');
  w.stop();
});

test('the levels of a fresh cluster have the seats that upstream gives them', async () => {
  const w = await world(600, bootstrapPriorityLevels(), bootstrapFlowSchemas());
  const seats = (user: string, ...groups: string[]) => {
    const { level: found } = w.controller.classify(contextOf('GET', '/api/v1/pods').info, {
      name: user,
      groups: [...groups, 'system:authenticated'],
    });
    return [found.config.name, found.limits.nominal, found.limits.min, w.controller.maxSeats(found)];
  };
  assert.deepEqual(seats('bob'), ['global-default', 49, 24, 8]);
  assert.deepEqual(seats('system:serviceaccount:x:y', 'system:serviceaccounts'), ['workload-low', 245, 24, 37]);
  assert.deepEqual(seats('system:kube-scheduler'), ['workload-high', 98, 49, 15]);
  assert.deepEqual(seats('system:node:n', 'system:nodes'), ['system', 74, 50, 12]);
  w.stop();
});

test('what finds neither seat nor queue is told to come again', async () => {
  const limitResponse = { type: 'Reject' };
  const small = make(
    'PriorityLevelConfiguration',
    { name: 'small', uid: 'small-uid' },
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse } } },
    `${GROUP}/v1`,
  );
  const w = await world(1, [small], [schema('fs', 'bob', 'small')]);
  let release = () => {};
  const handler = w.filter(async () => {
    await new Promise<void>((resolve) => (release = resolve));
    return { type: 'raw', status: 200, contentType: '', body: 'ok' };
  });
  const running = handler(contextOf('GET', '/x'));
  const refused = contextOf('GET', '/x');
  const answer = await handler(refused);
  assert.deepEqual(answer, {
    type: 'raw',
    status: 429,
    contentType: 'text/plain; charset=utf-8',
    body: 'Too many requests, please try again later.\n',
    headers: { 'retry-after': '1', 'x-content-type-options': 'nosniff' },
  });
  assert.deepEqual(refused.responseHeaders, {
    'x-kubernetes-pf-flowschema-uid': 'fs-uid',
    'x-kubernetes-pf-prioritylevel-uid': 'small-uid',
  });
  const inside = contextOf('GET', '/x');
  await assert.rejects(handler({ ...inside, request: { ...inside.request, trustedUser: bob } }), {
    name: 'StatusError',
    message: 'Too many requests, please try again later.',
  });
  release();
  assert.equal((await running).status, 200);
  const logs = contextOf('GET', '/api/v1/namespaces/ns/pods/p/log');
  const through = w.filter(async () => ({ type: 'raw', status: 200, contentType: '', body: '' }));
  await through(logs);
  assert.equal(logs.responseHeaders, undefined, 'long answers take no seats');
  w.stop();
});

test('a watch gives its seat back once it has begun', async () => {
  const w = await world(600, [level('pl', 0, 0, 1)], [schema('fs', 'bob', 'pl')]);
  const watch = { type: 'watch', status: 200, contentType: '', start: () => () => {} } as const;
  const handler = w.filter(async () => watch);
  await Promise.all(Array.from({ length: 1000 }, () => handler(contextOf('GET', '/api/v1/pods?watch=1'))));
  assert.equal(w.controller.classify(contextOf('GET', '/x').info, bob).level.queues.isIdle, true);
  w.stop();
});
