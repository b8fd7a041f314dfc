import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, NOW, readyPod, service } from './test-objects.ts';
import { formatTriggerTime, TriggerTimeTracker } from './trigger-time-tracker.ts';

// TestCollector... of k8s.io/endpointslice/util/trigger_time_tracker_test.go.
test('a new service was triggered by its creation, later syncs by the first change not seen yet', () => {
  const tracker = new TriggerTimeTracker();
  const svc = service();
  assert.equal(tracker.lastChange(svc, [readyPod('a', {}, 5)]), NOW);
  assert.equal(tracker.lastChange(svc, [readyPod('a', {}, 5)]), undefined);
  assert.equal(tracker.lastChange(svc, [readyPod('a', {}, 20), readyPod('b', {}, 10)]), NOW + 10_000);
  assert.equal(tracker.lastChange(svc, [readyPod('a', {}, 20)]), undefined);
  tracker.forget('shop/svc');
  assert.equal(tracker.lastChange(svc, [readyPod('a', {}, 20)]), NOW);
});

test('times have as many digits as needed', () => {
  assert.equal(formatTriggerTime(NOW), at(0));
  assert.equal(formatTriggerTime(NOW + 120), '2026-03-01T12:00:00.12Z');
});
