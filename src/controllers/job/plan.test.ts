import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { at, job, NOW, pod } from '../shared/test-objects.ts';
import { NO_BACKOFF, type BackoffRecord } from './backoff.ts';
import { evaluateJob } from './evaluate.ts';
import { TRACKING_FINALIZER } from './job-pods.ts';
import { planPods } from './plan.ts';

const finalizers = [TRACKING_FINALIZER];

const member = (
  name: string,
  phase = 'Running',
  extra: { index?: number; failures?: number; deleted?: boolean; exitCode?: number } = {},
): Pod => {
  const { index, failures, deleted, exitCode } = extra;
  const annotations = {
    ...(index !== undefined && { 'batch.kubernetes.io/job-completion-index': String(index) }),
    ...(failures !== undefined && { 'batch.kubernetes.io/job-index-failure-count': String(failures) }),
  };
  const terminated = { finishedAt: at(-600), exitCode: exitCode ?? 1 };
  return pod(name, {
    metadata: { finalizers, annotations, ...(deleted && { deletionTimestamp: at(-5) }) },
    status: { phase, ...(phase === 'Failed' && { containerStatuses: [{ name: 'c', state: { terminated } }] }) },
  });
};

const evaluate = (of: Job, pods: readonly Pod[], backoff: BackoffRecord = NO_BACKOFF) =>
  evaluateJob({ job: of, pods, backoff, finalizersRemoved: new Set(), now: NOW });
const plan = (of: Job, pods: readonly Pod[], backoff?: BackoffRecord) => planPods(evaluate(of, pods, backoff), NOW);
const indexed = { completionMode: 'Indexed' };

describe('pods are created', () => {
  const none = (count: number) => ({ action: 'create', count, indexes: undefined });
  test('up to the parallelism', () => assert.deepEqual(plan(job(), [member('a')]), none(1)));
  test('up to the completions', () => {
    assert.deepEqual(plan(job({ parallelism: 5 }, { succeeded: 3 }), []), none(1));
    assert.deepEqual(plan(job({ completions: 0 }), []), { action: 'none' });
  });
  test('without completions, until the first has succeeded', () => {
    const queue = job({ completions: undefined });
    assert.deepEqual(plan(queue, []), none(2));
    assert.deepEqual(plan(queue, [member('a', 'Succeeded'), member('b')]), { action: 'none' });
  });
  test('500 at a time', () => assert.deepEqual(plan(job({ parallelism: 1000, completions: 2000 }), []), none(500)));
  test('later, after a failure', () => {
    const backoff = { failuresAfterLastSuccess: 1, lastFailureTime: NOW - 4000 };
    assert.deepEqual(plan(job(), [], backoff), { action: 'wait', ms: 6000 });
  });
  test('for terminating pods at once, or when they have failed', () => {
    const terminating = member('a', 'Running', { deleted: true });
    const failing = { podReplacementPolicy: 'Failed' };
    assert.equal((plan(job(failing), [terminating]) as { count: number }).count, 1);
  });
  test('for the lowest indexes that are free', () => {
    const of = job({ ...indexed, parallelism: 3, completions: 6 }, { completedIndexes: '0,2' });
    assert.deepEqual(plan(of, [member('b', 'Running', { index: 3 })]), { action: 'create', count: 2, indexes: [1, 4] });
  });
});

describe('pods are deleted', () => {
  const names = (p: ReturnType<typeof plan>) => (p.action === 'delete' ? p.pods.map((x) => x.metadata.name) : p.action);
  test('when there are too many', () => assert.equal(names(plan(job(), [member('a'), member('b'), member('c')])).length, 1));
  test('all when the job is suspended', () => {
    assert.deepEqual(names(plan(job({ suspend: true }), [member('a'), member('b', 'Succeeded')])), ['a']);
  });
  test('when their index is taken or too high', () => {
    const of = job({ ...indexed, parallelism: 4 });
    const pods = [member('a', 'Running', { index: 0 }), member('b', 'Pending', { index: 0 }), member('c', 'Running', { index: 4 })];
    assert.deepEqual(new Set(names(plan(of, pods))), new Set(['b', 'c']));
  });
});

describe('a job is over', () => {
  const finished = (of: Job, pods: readonly Pod[] = []) => {
    const condition = evaluate(of, pods).finished;
    return condition && `${condition.type} ${condition.reason}`;
  };
  test('when more pods failed than the limit allows', () => {
    assert.equal(finished(job({ backoffLimit: 1 }), [member('a', 'Failed')]), undefined);
    assert.equal(finished(job({ backoffLimit: 1 }, { failed: 1 }), [member('a', 'Failed')]), 'FailureTarget BackoffLimitExceeded');
  });
  test('when its deadline has passed', () => {
    assert.equal(finished(job({ activeDeadlineSeconds: 60 })), 'FailureTarget DeadlineExceeded');
    assert.equal(finished(job({ activeDeadlineSeconds: 61 })), undefined);
    assert.equal(finished(job({ activeDeadlineSeconds: 60, suspend: true })), undefined);
  });
  test('when the policy says so', () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    const of = job({ podFailurePolicy: { rules } });
    assert.equal(finished(of, [member('a', 'Failed', { exitCode: 42 })]), 'FailureTarget PodFailurePolicy');
    assert.equal(finished(of, [member('a', 'Failed')]), undefined);
  });
  test('ignored failures do not count', () => {
    const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } }];
    assert.equal(finished(job({ backoffLimit: 0, podFailurePolicy: { rules } }), [member('a', 'Failed')]), undefined);
  });
  test('when the success policy is met', () => {
    const of = job({ ...indexed, successPolicy: { rules: [{ succeededCount: 1 }] } });
    assert.equal(finished(of, [member('a', 'Succeeded', { index: 2 })]), 'SuccessCriteriaMet SuccessPolicy');
  });
  test('when each index has succeeded or failed', () => {
    const of = job({ ...indexed, completions: 2, backoffLimitPerIndex: 1, backoffLimit: 100 }, { completedIndexes: '0' });
    assert.equal(finished(of, [member('a', 'Failed', { index: 1, failures: 0 })]), undefined);
    assert.equal(finished(of, [member('a', 'Failed', { index: 1, failures: 1 })]), 'FailureTarget FailedIndexes');
  });
  test('when too many indexes have failed', () => {
    const of = job({ ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 0, backoffLimit: 100 });
    assert.equal(finished(of, [member('a', 'Failed', { index: 1 })]), 'FailureTarget MaxFailedIndexesExceeded');
  });
});
