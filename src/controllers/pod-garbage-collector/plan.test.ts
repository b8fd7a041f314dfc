import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { at, node, pod } from '../shared/test-objects.ts';
import { surplusTerminated, terminatingOutOfService, unscheduledTerminating } from './plan.ts';

const names = (pods: readonly Pod[]) => pods.map((p) => p.metadata.name);
const ended = (name: string, created: number, phase: string, reason?: string) =>
  pod(name, { metadata: { creationTimestamp: at(created) }, status: { phase, ...(reason && { reason }) } });

// TestGCTerminated of pkg/controller/podgc.
test('ended pods beyond the threshold go: evicted ones, then the oldest', () => {
  const pods = [ended('new', 3, 'Failed'), ended('old', 1, 'Succeeded'), ended('evicted', 2, 'Failed', 'Evicted'), pod('running')];
  assert.deepEqual(names(surplusTerminated(pods, 1)), ['evicted', 'old']);
  assert.deepEqual(names(surplusTerminated(pods, 3)), []);
});

test('terminating pods on nodes out of service go', () => {
  const deleted = { metadata: { deletionTimestamp: at(0) }, spec: { nodeName: 'n' } };
  const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
  const down = node('n', { spec: { taints } });
  assert.deepEqual(names(terminatingOutOfService([pod('a', deleted), pod('b', { spec: { nodeName: 'n' } })], () => down)), ['a']);
  const conditions = [{ type: 'Ready', status: 'True' }];
  assert.deepEqual(names(terminatingOutOfService([pod('a', deleted)], () => node('n', { spec: { taints }, status: { conditions } }))), []);
});

test('terminating pods that were never bound go', () => {
  const deletionTimestamp = at(0);
  const pods = [
    pod('a', { metadata: { deletionTimestamp } }),
    pod('b', { metadata: { deletionTimestamp }, spec: { nodeName: 'n' } }),
    pod('c'),
  ];
  assert.deepEqual(names(unscheduledTerminating(pods)), ['a']);
});
