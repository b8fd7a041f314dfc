import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterRole, PolicyRule } from '../../api/rbac/v1.gen.ts';
import { meta } from '../shared/test-objects.ts';
import { aggregateRules } from './clusterrole-aggregation-controller.ts';

const rule = (resource: string): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });
const role = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole =>
  ({ metadata: meta(name, { labels }), rules: resources.map(rule) }) as unknown as ClusterRole;

// TestSyncClusterRole of pkg/controller/clusterroleaggregation.
test('rules of chosen roles come together, in order of names, once each', () => {
  const hammer = {
    ...role('hammer', {}),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { foo: 'bar' } }, { matchLabels: { x: 'y' } }] },
  };
  const all = [
    hammer,
    role('b', { foo: 'bar' }, 'pods', 'nodes'),
    role('a', { foo: 'bar' }, 'pods'),
    role('c', { x: 'y' }, 'nodes', 'secrets'),
    role('d', {}, 'other'),
  ];
  assert.deepEqual(aggregateRules(hammer, all), [rule('pods'), rule('nodes'), rule('secrets')]);
});
