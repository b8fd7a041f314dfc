import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodStatus } from '../../api/core/v1.gen.ts';
import { podStatusPatch } from './status-patch.ts';

test('nothing to say about equal statuses, whatever the spelling of absence', () => {
  assert.equal(podStatusPatch({ phase: 'Running', conditions: [] }, { phase: 'Running', conditions: [], message: undefined }), undefined);
});

test('conditions merge by type: changed ones by field, lost ones by directive', () => {
  const from = {
    conditions: [
      { type: 'Ready', status: 'False', reason: 'X' },
      { type: 'Old', status: 'True' },
      { type: 'Same', status: 'True' },
    ],
  };
  const to = {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Same', status: 'True' },
      { type: 'New', status: 'True' },
    ],
  };
  assert.deepEqual(podStatusPatch(from, to), {
    '$setElementOrder/conditions': [{ type: 'Ready' }, { type: 'Same' }, { type: 'New' }],
    conditions: [
      { type: 'Ready', status: 'True', reason: null },
      { type: 'New', status: 'True' },
      { $patch: 'delete', type: 'Old' },
    ],
  });
});

test('container statuses are replaced whole, objects by field', () => {
  const from: PodStatus = {
    containerStatuses: [{ name: 'a', ready: false, restartCount: 0, image: '', imageID: '', state: {}, lastState: {} }],
    resources: { limits: { cpu: '1' } },
  };
  const to: PodStatus = {
    containerStatuses: [{ name: 'a', ready: true, restartCount: 0, image: '', imageID: '', state: {}, lastState: {} }],
    resources: { requests: { cpu: '1' } },
  };
  assert.deepEqual(podStatusPatch(from, to), {
    containerStatuses: to.containerStatuses,
    resources: { limits: null, requests: { cpu: '1' } },
  });
});
