import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, replicaSet } from '../shared/test-objects.ts';
import { annotationsAfterRollback, lastRevision, maxRevision, newReplicaSetAnnotations, REVISION } from './annotations.ts';

const set = (revision: string) => replicaSet(`rs-${revision}`, 1, { metadata: { annotations: { [REVISION]: revision } } });
const HISTORY = 'deployment.kubernetes.io/revision-history';

test('revisions have 64 bits', () => {
  const sets = [set('1'), set('9223372036854775806'), set('9223372036854775807'), set('none')];
  assert.equal(maxRevision(sets), 9223372036854775807n);
  assert.equal(lastRevision(sets), 9223372036854775806n);
});

test('a new replica set takes over annotations and gets the revision and sizes', () => {
  const d = deployment(3);
  d.metadata.annotations = { owner: 'me', [REVISION]: '1', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  assert.deepEqual(newReplicaSetAnnotations(d, undefined, 2n, false), {
    owner: 'me',
    [REVISION]: '2',
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '3',
  });
});

test('a replica set that comes back remembers its former revisions', () => {
  const annotations = newReplicaSetAnnotations(deployment(1), { [REVISION]: '3', [HISTORY]: '1' }, 5n, true);
  assert.deepEqual(annotations, { [REVISION]: '5', [HISTORY]: '1,3' });
});

test('the list of former revisions stays below 2000 characters, without the oldest', () => {
  const history = Array.from({ length: 400 }, (_, i) => String(1000 + i)).join(',');
  const after = newReplicaSetAnnotations(deployment(1), { [REVISION]: '1400', [HISTORY]: history }, 1401n, true)[HISTORY] ?? '';
  assert.ok(after.length <= 2000 && after.endsWith(',1399,1400') && !after.startsWith('1000'), after);
});

test('a rollback brings back the annotations of the replica set', () => {
  const d = deployment(1);
  d.metadata.annotations = { a: 'new', 'deprecated.deployment.rollback.to': '1', [REVISION]: '4' };
  const rs = replicaSet('r', 1, { metadata: { annotations: { a: 'old', [REVISION]: '1' } } });
  assert.deepEqual(annotationsAfterRollback(d, rs), { [REVISION]: '4', a: 'old' });
});
