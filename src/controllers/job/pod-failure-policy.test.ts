import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodFailurePolicyRule } from '../../api/batch/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { pod } from '../shared/test-objects.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';

const exited = (exitCode: number, name = 'main'): Pod =>
  pod('p', { status: { phase: 'Failed', containerStatuses: [{ name, state: { terminated: { exitCode } } }] } });
const disrupted = pod('p', { status: { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] } });

const codes = (operator: string, values: number[], containerName?: string) => ({
  onExitCodes: { operator, values, ...(containerName && { containerName }) },
});

// TestMatchPodFailurePolicy of pkg/controller/job/pod_failure_policy_test.go.
describe('the first rule that matches decides', () => {
  const match = (rules: Draft<PodFailurePolicyRule>[], failed: Pod) =>
    matchPodFailurePolicy({ rules: rules as PodFailurePolicyRule[] }, failed);
  test('no rule: the failure counts', () => assert.deepEqual(match([], exited(1)), { counts: true }));
  test('a code among the values fails the job', () => {
    const message = 'Container main for pod shop/p failed with exit code 2 matching FailJob rule at index 1';
    const rules = [{ action: 'Ignore', ...codes('In', [1]) }, { action: 'FailJob', ...codes('In', [2, 3]) }]; // prettier-ignore
    assert.deepEqual(match(rules, exited(2)), { counts: true, action: 'FailJob', message });
  });
  test('a code not among the values', () => {
    assert.equal(match([{ action: 'FailJob', ...codes('NotIn', [1, 2]) }], exited(3)).action, 'FailJob');
    assert.equal(match([{ action: 'FailJob', ...codes('NotIn', [1, 2]) }], exited(2)).action, undefined);
  });
  test('success is no failure, whatever the rule', () => {
    assert.equal(match([{ action: 'FailJob', ...codes('NotIn', [1]) }], exited(0)).action, undefined);
  });
  test('of one container', () => {
    const rules = [{ action: 'FailIndex', ...codes('In', [1], 'main') }];
    assert.deepEqual([match(rules, exited(1)).action, match(rules, exited(1, 'sidecar')).action], ['FailIndex', undefined]);
  });
  test('a condition can be ignored', () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    assert.deepEqual(match(rules, disrupted), { counts: false, action: 'Ignore' });
    assert.deepEqual(match([{ action: 'Count', onPodConditions: rules[0]?.onPodConditions }], disrupted), {
      counts: true,
      action: 'Count',
    });
  });
  test('a condition can fail the job', () => {
    const rules = [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    assert.equal(match(rules, disrupted).message, 'Pod shop/p has condition DisruptionTarget matching FailJob rule at index 0');
  });
  test('an action of a later version is passed over', () => {
    assert.equal(match([{ action: 'Later', ...codes('In', [1]) }, { action: 'Ignore', ...codes('In', [1]) }], exited(1)).action, 'Ignore'); // prettier-ignore
  });
});
