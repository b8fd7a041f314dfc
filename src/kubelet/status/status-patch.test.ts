import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podStatusPatch } from './status-patch.ts';

const ready = { type: 'Ready', status: 'True' } as const;

test('nothing differs', () => assert.equal(podStatusPatch({ phase: 'Running', conditions: [] }, { phase: 'Running' }), undefined));

test('what is gone becomes null', () =>
  assert.deepEqual(podStatusPatch({ phase: 'Failed', reason: 'Evicted', conditions: [ready] }, { phase: 'Failed', conditions: [] }), {
    reason: null,
    conditions: null,
  }));

test('conditions merge by type, and the others go', () =>
  assert.deepEqual(
    podStatusPatch(
      { conditions: [ready, { type: 'Initialized', status: 'True' }] },
      {
        conditions: [
          { ...ready, status: 'False', reason: 'ContainersNotReady' },
          { type: 'PodScheduled', status: 'True' },
        ],
      },
    ),
    {
      '$setElementOrder/conditions': [{ type: 'Ready' }, { type: 'PodScheduled' }],
      conditions: [
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
        { type: 'PodScheduled', status: 'True' },
        { $patch: 'delete', type: 'Initialized' },
      ],
    },
  ));

test('container statuses are replaced whole', () =>
  assert.deepEqual(
    podStatusPatch(
      { containerStatuses: [{ name: 'a', image: 'i', imageID: '', state: {}, lastState: {}, ready: false, restartCount: 0 }] },
      { containerStatuses: [{ name: 'a', image: 'i', imageID: '', state: {}, lastState: {}, ready: true, restartCount: 0 }] },
    ),
    { containerStatuses: [{ name: 'a', image: 'i', imageID: '', state: {}, lastState: {}, ready: true, restartCount: 0 }] },
  ));
