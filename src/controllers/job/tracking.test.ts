import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, JobStatus } from '../../api/batch/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { job, NOW, pod } from '../shared/test-objects.ts';
import { NO_BACKOFF } from './backoff.ts';
import { newCondition } from './conditions.ts';
import { evaluateJob } from './evaluate.ts';
import { TRACKING_FINALIZER } from './job-pods.ts';
import { countReleased, finishStatus, trackPods } from './tracking.ts';

const ended = (name: string, phase: string, index?: number): Pod =>
  pod(name, {
    metadata: {
      finalizers: [TRACKING_FINALIZER],
      ...(index !== undefined && { annotations: { 'batch.kubernetes.io/job-completion-index': String(index) } }),
    },
    status: { phase },
  });

const track = (of: Job, pods: readonly Pod[], finished?: ReturnType<typeof newCondition>) => {
  const state = evaluateJob({ job: of, pods, backoff: NO_BACKOFF, finalizersRemoved: new Set(), now: NOW });
  return trackPods(state, of.status, finished, NOW);
};

test('an ended pod is listed, released, counted: once, wherever a crash interrupts', () => {
  const pods = [ended('a', 'Succeeded'), ended('b', 'Failed'), ended('c', 'Running')];
  const listed = track(job(), pods);
  assert.deepEqual(listed.status.uncountedTerminatedPods, { succeeded: ['uid-a'], failed: ['uid-b'] });
  assert.deepEqual(listed.release.map((p) => p.metadata.name), ['a', 'b']); // prettier-ignore
  // The list is written; the finalizers are still on: nothing is listed twice.
  const again = track(job({}, listed.status as never), pods);
  assert.deepEqual(again.status.uncountedTerminatedPods, listed.status.uncountedTerminatedPods);
  assert.equal(again.changed, false);
  const counted = countReleased(listed.status, new Set(['uid-c']));
  assert.deepEqual([counted.status.succeeded, counted.status.failed], [1, 1]);
  assert.deepEqual(counted.status.uncountedTerminatedPods, { succeeded: [], failed: [] });
  assert.equal(countReleased(counted.status, new Set()).changed, false);
});

test('indexes are counted in the status itself', () => {
  const of = job({ completionMode: 'Indexed' }, { completedIndexes: '0', succeeded: 1 });
  const { status } = track(of, [ended('a', 'Succeeded', 0), ended('b', 'Succeeded', 2), ended('c', 'Succeeded', 9)]);
  assert.equal(status.completedIndexes, '0,2');
  assert.equal(status.succeeded, 2);
  assert.deepEqual(status.uncountedTerminatedPods?.succeeded, []);
});

test('at most 500 pods are listed at a time', () => {
  const pods = Array.from({ length: 600 }, (_, i) => ended(`p${i}`, 'Succeeded'));
  const { full, release } = track(job({ completions: 1000 }), pods);
  assert.deepEqual([full, release.length], [true, 500]);
});

test('the end is announced first, then told when nothing is left to be counted', () => {
  const target = newCondition('FailureTarget', 'BackoffLimitExceeded', 'm', NOW);
  const { status, finished } = track(job(), [ended('a', 'Running')], target);
  assert.deepEqual(status.conditions?.map((c) => c.type), ['FailureTarget']); // prettier-ignore
  assert.equal(finished?.type, 'Failed');
  assert.deepEqual(status.uncountedTerminatedPods?.failed, ['uid-a'], 'a running pod of a failed job fails with it');
  assert.equal(finishStatus(status, finished, NOW), undefined);
  const counted: JobStatus = { ...status, uncountedTerminatedPods: {} };
  assert.equal(finishStatus({ ...counted, terminating: 1 }, finished, NOW), undefined);
  assert.deepEqual(finishStatus(counted, finished, NOW)?.conditions?.map((c) => c.type), ['FailureTarget', 'Failed']); // prettier-ignore
});
