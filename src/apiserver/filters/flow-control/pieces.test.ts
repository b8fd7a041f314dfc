import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { FlowSchemaSpec } from '../../../api/flowcontrol/v1.gen.ts';
import { FakeClock } from '../../../base/fake-clock.ts';
import type { UserInfo } from '../../request.ts';
import { allocateSeats } from './allocate-seats.ts';
import { checkDeal, dealHand, flowHash } from './deal-hand.ts';
import { RetryAfter } from './retry-after.ts';
import { schemaMatches } from './schema-matches.ts';
import { bob, contextOf } from './testing.ts';
import { WatchCounts } from './watch-counts.ts';
import { estimateWork, type WorkEstimate } from './work-estimate.ts';

test('hands are dealt as upstream deals them', () => {
  const hand = (schema: string, who: string, queues: number, size: number) => dealHand(flowHash(schema, who), queues, size);
  assert.deepEqual(hand('global-default', 'alice', 128, 6), [55, 62, 126, 125, 105, 1]);
  assert.deepEqual(hand('global-default', 'alice', 16, 4), [7, 14, 0, 3]);
  assert.deepEqual(hand('service-accounts', 'system:serviceaccount:a:b', 64, 6), [55, 49, 50, 0, 33, 37]);
  assert.deepEqual(hand('catch-all', '', 64, 6), [45, 49, 60, 44, 14, 16]);
  for (let i = 0; i < 100; i++) assert.equal(new Set(hand('x', String(i), 12, 12)).size, 12);
  const table: [number, number, string | undefined][] = [
    [1024, 6, undefined],
    [-100, 8, 'deckSize -100 or handSize 8 is not positive'],
    [100, 0, 'deckSize 100 or handSize 0 is not positive'],
    [100, 101, 'handSize 101 is greater than deckSize 100'],
    [2 ** 27, 2, 'deckSize 134217728 is impractically large'],
    [512, 8, 'required entropy bits of deckSize 512 and handSize 8 is greater than 60'],
  ];
  for (const [queues, size, problem] of table) assert.equal(checkDeal(queues, size), problem);
});

test('seats are divided in proportion to targets, within bounds', () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < 2000; i++) {
    const claims = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
      const lowerBound = Math.max(0, random() * 5 - 1);
      const target = random() < 0.1 ? lowerBound : lowerBound + 2 * random();
      return { lowerBound, target, upperBound: lowerBound + 3 * random() + 0.01 };
    });
    const sum = (key: 'lowerBound' | 'upperBound') => claims.reduce((total, claim) => total + claim[key], 0);
    const total = Math.round(sum('lowerBound') + (sum('upperBound') - sum('lowerBound')) * random());
    if (total < sum('lowerBound') || total > sum('upperBound')) {
      assert.throws(() => allocateSeats(total, claims), /bounds sum to/);
      continue;
    }
    const seats = allocateSeats(total, claims);
    assert.ok(Math.abs(seats.reduce((a, b) => a + b, 0) - total) < 1e-6);
    // Whoever is at no bound has the same proportion.
    const free = claims.flatMap((c, j) => {
      const given = seats[j] ?? 0;
      return given > c.lowerBound + 1e-9 && given < c.upperBound - 1e-9 ? [given / Math.max(c.target, 0.001)] : [];
    });
    for (const proportion of free) assert.ok(Math.abs(proportion - (free[0] ?? 0)) < 1e-6);
  }
});

test('schemas are for subjects, resources and paths', () => {
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };
  const spec = (subject: object, rules: object = { resourceRules: [all] }) =>
    ({ rules: [{ subjects: [subject], ...rules }] }) as unknown as FlowSchemaSpec;
  const everybody = { kind: 'Group', group: { name: '*' } };
  const only = (rule: object) => spec(everybody, { resourceRules: [{ ...all, ...rule }] });
  const paths = (...nonResourceURLs: string[]) => spec(everybody, { nonResourceRules: [{ verbs: ['get'], nonResourceURLs }] });
  const account = (namespace: string, name: string) => spec({ kind: 'ServiceAccount', serviceAccount: { namespace, name } });
  const sa: UserInfo = { name: 'system:serviceaccount:ns:sa', groups: [] };
  const POD = '/api/v1/namespaces/ns/pods/p';
  const table: [FlowSchemaSpec, string, UserInfo, boolean][] = [
    [spec({ kind: 'User', user: { name: 'bob' } }), POD, bob, true],
    [spec({ kind: 'User', user: { name: 'eve' } }), POD, bob, false],
    [spec({ kind: 'User', user: { name: '*' } }), POD, bob, true],
    [spec({ kind: 'Group', group: { name: 'system:authenticated' } }), POD, bob, true],
    [spec({ kind: 'Group', group: { name: 'other' } }), POD, bob, false],
    [account('ns', 'sa'), POD, sa, true],
    [account('ns', '*'), POD, sa, true],
    [account('n', '*'), POD, sa, false],
    [account('ns', 'other'), POD, sa, false],
    [only({}), POD, bob, true],
    [only({}), '/healthz', bob, false],
    [only({ verbs: ['list'] }), POD, bob, false],
    [only({ resources: ['pods'] }), POD, bob, true],
    [only({ resources: ['pods'] }), `${POD}/status`, bob, false],
    [only({ resources: ['pods/status'] }), `${POD}/status`, bob, true],
    [only({ apiGroups: ['apps'] }), POD, bob, false],
    [only({ namespaces: ['other'] }), POD, bob, false],
    [only({ namespaces: ['ns'], clusterScope: false }), POD, bob, true],
    [only({ clusterScope: false }), '/api/v1/nodes', bob, false],
    [only({ namespaces: [] }), '/api/v1/nodes', bob, true],
    [paths('/healthz'), '/healthz', bob, true],
    [paths('/healthz'), '/healthz/etcd', bob, true],
    [paths('/health'), '/healthz', bob, false],
    [paths('/debug/*'), '/debug/pprof', bob, true],
    [paths('*'), '/anything', bob, true],
    [paths('*'), POD, bob, false],
  ];
  for (const [schema, path, user, want] of table)
    assert.equal(schemaMatches(schema, contextOf('GET', path).info, user), want, JSON.stringify([schema, path, user]));
});

test('watches are counted for the writes that they hear of', () => {
  const counts = new WatchCounts();
  const NS = '/api/v1/namespaces';
  const watches = [
    '/api/v1/pods?watch=true',
    `${NS}/foo/pods?watch=true`,
    `${NS}/foo/pods?watch=true&fieldSelector=metadata.name=mypod`,
    `${NS}/bar/pods?watch=true&fieldSelector=metadata.name=mypod`,
    '/apis/group/v1/namespaces/foo/pods?watch=true',
    '/apis/group/v1/namespaces/bar/pods?watch=true&fieldSelector=metadata.name=mypod',
    `${NS}/foo/pods?watch=true&fieldSelector=spec.nodeName=node1`,
  ];
  const forget = watches.map((url) => counts.add(contextOf('GET', url)));
  const table: [string, string, number][] = [
    ['POST', `${NS}/foo/pods`, 2],
    ['PUT', `${NS}/foo/pods/mypod`, 3],
    ['DELETE', `${NS}/foo/pods/mypod`, 3],
    ['PUT', `${NS}/foo/pods/otherpod`, 2],
    ['GET', `${NS}/foo/pods/mypod`, 0],
    ['GET', `${NS}/foo/pods`, 0],
    ['POST', `${NS}/bar/pods`, 1],
    ['PUT', `${NS}/bar/pods/mypod`, 2],
    ['PUT', '/apis/group/v1/namespaces/foo/pods/mypod', 1],
    ['PUT', '/apis/group/v1/namespaces/bar/pods/mypod', 1],
    ['PUT', '/apis/group/v1/namespaces/bar/pods/otherpod', 0],
  ];
  for (const [method, path, want] of table) assert.equal(counts.interestedIn(contextOf(method, path).info), want, `${method} ${path}`);
  for (const one of forget) one();
  assert.equal(counts.interestedIn(contextOf('PUT', `${NS}/foo/pods/mypod`).info), 0);
});

test('work is estimated from what is there and who listens', () => {
  const work = (initialSeats: number, finalSeats = 0, lingerMs = 0): WorkEstimate => ({ initialSeats, finalSeats, lingerMs });
  const PODS = '/api/v1/namespaces/ns/pods';
  const table: [string, string, number, number, WorkEstimate][] = [
    // method, path, objects of 1 kB, watches
    ['GET', `${PODS}/p`, 5000, 0, work(1)],
    ['GET', PODS, 50, 0, work(1)],
    ['GET', PODS, 250, 0, work(3)],
    ['GET', PODS, 5000, 0, work(9)],
    ['GET', `${PODS}?limit=250`, 5000, 0, work(3)],
    ['GET', `${PODS}?fieldSelector=metadata.name=p`, 5000, 0, work(1)],
    ['GET', `${PODS}?watch=1&resourceVersion=7`, 5000, 0, work(1)],
    ['GET', `${PODS}?watch=1`, 250, 0, work(3)],
    ['GET', `${PODS}?watch=1&resourceVersion=7&sendInitialEvents=true`, 250, 0, work(3)],
    ['POST', PODS, 0, 9, work(1)],
    ['POST', PODS, 0, 25, work(1, 3, 5)],
    ['PATCH', `${PODS}/p`, 0, 240, work(1, 9, (24 * 5) / 9)],
    ['POST', '/api/v1/namespaces/ns/serviceaccounts/sa/token', 0, 240, work(1)],
    ['GET', '/version', 0, 0, work(1)],
  ];
  for (const [method, url, count, watches, want] of table) {
    const inputs = { objects: () => ({ count, averageBytes: 1000 }), interestedWatches: () => watches, maxSeats: 9 };
    assert.deepEqual(estimateWork(contextOf(method, url), inputs), want, `${method} ${url}`);
  }
  assert.deepEqual(estimateWork(contextOf('GET', PODS), { objects: () => undefined, interestedWatches: () => 0, maxSeats: 0 }), work(1));
});

test('the more are refused, the longer they are told to wait', async () => {
  const clock = new FakeClock();
  const retry = new RetryAfter(clock);
  const steps: [number, number, number][] = [
    [0, 5, 1],
    [1, 11, 2],
    [2, 1, 2],
    [3, 11, 4],
    [4, 1, 4],
    [7, 1, 8],
    [11, 1, 8],
    [15, 1, 7],
    [17, 1, 6],
    [21, 14, 5],
    [22, 1, 10],
  ];
  let atSeconds = 0;
  for (const [second, refusals, want] of steps) {
    await clock.advance((second - atSeconds) * 1000);
    atSeconds = second;
    const told = Array.from({ length: refusals }, () => retry.refused('pl'));
    assert.equal(told.at(-1), want, `after ${second} s`);
  }
  assert.equal(retry.refused('other'), 1);
});
