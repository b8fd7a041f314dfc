import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { testContainer, testPod } from '../testing/test-pod.ts';
import { Allocations } from './allocations.ts';
import { resizeMessage } from './resize-message.ts';

const sized = (cpu: string): Pod => testPod({ spec: { containers: [testContainer({ resources: { requests: { cpu } } })] } });

test('a pod keeps what it was given until it is given more', () => {
  let saved: unknown;
  const store = { load: () => ({}), save: (value: unknown) => void (saved = structuredClone(value)) };
  const allocations = new Allocations(store);
  const small = sized('1');
  assert.equal(allocations.allocated(small), small, 'unknown pods run as they ask');
  allocations.set(small);
  const large = sized('2');
  assert.equal(allocations.allocated(large).spec.containers[0]?.resources?.requests?.['cpu'], '1');
  const again = new Allocations({ ...store, load: () => structuredClone(saved) as never });
  assert.equal(again.allocated(large).spec.containers[0]?.resources?.requests?.['cpu'], '1', 'also after a restart');
  allocations.set(large);
  assert.equal(allocations.allocated(large), large);
});

test('events carry what was asked for', () =>
  assert.equal(
    resizeMessage('Pod resize started', sized('2'), 3),
    'Pod resize started: {"containers":[{"name":"main","resources":{"requests":{"cpu":"2"}}}],"generation":3}',
  ));
