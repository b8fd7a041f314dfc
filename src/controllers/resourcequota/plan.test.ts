import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceQuota } from '../../api/core/v1.gen.ts';
import type { AnyObject, Draft } from '../../api/object.ts';
import { meta, NOW, pod } from '../shared/test-objects.ts';
import { countedResources, isQuotaOutdated, quotaStatus, type CountedResource } from './plan.ts';

const quota = (hard: Record<string, string>, extra: Draft<ResourceQuota> = {}): ResourceQuota =>
  ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: meta('q'), ...extra, spec: { hard, ...extra.spec } }) as unknown as ResourceQuota;

const cpu = (name: string, request: string, extra: Parameters<typeof pod>[1] = {}) =>
  pod(name, { ...extra, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: request } } }], ...extra.spec } });

const used = (of: ResourceQuota, objects: Record<string, unknown[] | undefined>) => {
  const read = ({ group, resource }: CountedResource) => objects[group ? `${resource}.${group}` : resource] as AnyObject[] | undefined;
  return quotaStatus(of, read, NOW).used;
};

// TestSyncResourceQuota of pkg/controller/resourcequota.
test('usage is counted: pods by what they request, others by their number', () => {
  const pods = [cpu('a', '100m'), cpu('b', '1'), cpu('ended', '5', { status: { phase: 'Succeeded' } })];
  const of = quota({ 'requests.cpu': '3', pods: '5', 'count/deployments.apps': '4', secrets: '1' });
  assert.deepEqual(used(of, { pods, 'deployments.apps': [{}, {}], secrets: [] }), {
    'requests.cpu': '1100m',
    pods: '2',
    'count/deployments.apps': '2',
    secrets: '0',
  });
});

test('scopes choose', () => {
  const pods = [cpu('a', '1'), cpu('b', '1', { spec: { activeDeadlineSeconds: 5 } })];
  assert.deepEqual(used(quota({ pods: '5' }, { spec: { scopes: ['Terminating'] } }), { pods }), { pods: '1' });
  assert.deepEqual(used(quota({ pods: '5' }, { spec: { scopes: ['NotTerminating', 'BestEffort'] } }), { pods }), { pods: '0' });
});

test('what cannot be counted stays as it was', () => {
  const of = quota({ 'count/widgets.example.com': '5', pods: '1' }, { status: { used: { 'count/widgets.example.com': '3', old: '1' } } });
  assert.deepEqual(used(of, { pods: [] }), { 'count/widgets.example.com': '3', pods: '0' });
});

test('only resources that are limited are looked at', () => {
  const names = countedResources(quota({ 'requests.cpu': '1', 'count/jobs.batch': '2', 'services.nodeports': '1' }));
  assert.deepEqual(names.map((r) => `${r.resource}.${r.group}`).sort(), ['jobs.batch', 'pods.', 'services.']);
});

test('the same amounts in other words need no write', () => {
  const of = quota({ cpu: '1' }, { status: { hard: { cpu: '1000m' }, used: { cpu: '0' } } });
  assert.equal(isQuotaOutdated(of, { hard: { cpu: '1' }, used: { cpu: '0' } }), false);
  assert.equal(isQuotaOutdated(of, { hard: { cpu: '1' }, used: { cpu: '1' } }), true);
  assert.equal(isQuotaOutdated(quota({ cpu: '1' }), { hard: { cpu: '1' }, used: { cpu: '0' } }), true);
});
