import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodDisruptionBudget } from '../api/policy/v1.gen.ts';
import { Profile } from './framework/profile.ts';
import { defaultPlugins } from './plugins/default-plugins.ts';
import { findPreemption } from './preemption.ts';
import { makeCache, makeNode, makePod } from './testing.ts';

const profile = new Profile(defaultPlugins({ namespaceLabels: () => undefined, defaultSelector: () => undefined }));
const pod = (name: string, priority: number, cpu: string, labels: Record<string, string> = {}) => makePod(name, { labels, requests: { cpu }, spec: { priority } });

function preempt(incoming: ReturnType<typeof pod>, cache: ReturnType<typeof makeCache>, budgets: PodDisruptionBudget[] = []) {
  return findPreemption(profile, incoming, cache, profile.findFeasible(new Map(), incoming, cache), budgets);
}

test('takes the fewest pods of lower priority, and gives back what still fits', () => {
  const cache = makeCache([makeNode('a')], [['a', pod('small', 1, '1')], ['a', pod('large', 1, '2')], ['a', pod('vip', 100, '1')]]);
  const candidate = preempt(pod('p', 10, '2'), cache);
  assert.equal(candidate?.nodeName, 'a');
  assert.deepEqual(candidate?.victims.map((v) => v.metadata.name), ['large']);
});

test('prefers nodes whose victims matter less, and budgets that are not broken', () => {
  const nodes = [makeNode('a'), makeNode('b')];
  const byPriority = makeCache(nodes, [['a', pod('x', 5, '4')], ['b', pod('y', 1, '4')]]);
  assert.equal(preempt(pod('p', 10, '4'), byPriority)?.nodeName, 'b');
  const budget = { metadata: { name: 'b', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'guarded' } } }, status: { disruptionsAllowed: 0 } } as unknown as PodDisruptionBudget;
  const guarded = makeCache(nodes, [['a', pod('x', 5, '4')], ['b', pod('y', 1, '4', { app: 'guarded' })]]);
  assert.equal(preempt(pod('p', 10, '4'), guarded, [budget])?.nodeName, 'a');
});

test('does not try where eviction cannot help, nor for pods that must not preempt', () => {
  const cache = makeCache([makeNode('a')], [['a', pod('x', 1, '4')]]);
  assert.equal(preempt(pod('p', 10, '8'), cache), undefined);
  assert.equal(preempt(pod('p', 1, '4'), cache), undefined);
  assert.equal(preempt(makePod('p', { requests: { cpu: '4' }, spec: { priority: 10, preemptionPolicy: 'Never' } }), cache), undefined);
});
