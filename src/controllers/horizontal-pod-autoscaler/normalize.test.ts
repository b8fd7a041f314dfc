import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HPAScalingRules } from '../../api/autoscaling/v2.gen.ts';
import { NOW } from '../shared/test-objects.ts';
import { longestPeriodMs, normalize, normalizeWithBehavior } from './normalize.ts';
import { ScaleHistory } from './scale-history.ts';

const MINUTE = 60_000;

function rules(pods: number, podsSeconds: number, percent: number, percentSeconds: number, selectPolicy = 'Max'): HPAScalingRules {
  const policies = [
    ...(pods ? [{ type: 'Pods', value: pods, periodSeconds: podsSeconds }] : []),
    ...(percent ? [{ type: 'Percent', value: percent, periodSeconds: percentSeconds }] : []),
  ];
  return { policies, selectPolicy, stabilizationWindowSeconds: 0 };
}

/** Upstream's defaults. */
const UP: HPAScalingRules = rules(4, 15, 100, 15);
const DOWN: HPAScalingRules = rules(0, 0, 100, 15);

const history = (ups: number[] = [], downs: number[] = []) => {
  const made = new ScaleHistory();
  const spread = (changes: number[]) => changes.map((change, i) => ({ change, at: NOW - 1000 - i * 40_000 }));
  made.ups = spread(ups);
  made.downs = spread(downs);
  return made;
};

// TestScalingWithRules of pkg/controller/podautoscaler/horizontal_test.go.
describe('policies limit the rate', () => {
  interface Case {
    min: number;
    max: number;
    up?: HPAScalingRules;
    down?: HPAScalingRules;
    current: number;
    desired: number;
    ups?: number[];
    downs?: number[];
    want: string;
  }
  const cases: Case[] = [
    { min: 3, max: 8, current: 5, desired: 7, want: '7 DesiredWithinRange' },
    { min: 2, max: 8, current: 3, desired: 1, want: '2 TooFewReplicas' },
    { min: 1, max: 10, current: 20, desired: 1000, want: '10 TooManyReplicas' },
    { min: 100, max: 150, current: 100, desired: 1000, want: '150 TooManyReplicas' },
    { min: 1, max: 2000, up: rules(0, 0, 1, 60), current: 3, desired: 1000, want: '4 ScaleUpLimit' },
    { min: 3, max: 2000, down: rules(20, 60, 0, 0), current: 1000, desired: 3, want: '980 ScaleDownLimit' },
    { min: 1, max: 1000, current: 10, desired: 50, want: '20 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(100, 60, 100, 60), current: 10, desired: 500, want: '110 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(2, 60, 100, 60), current: 10, desired: 500, want: '20 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(2, 60, 100, 60, 'Min'), current: 10, desired: 500, want: '12 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(2, 60, 0, 0, 'Disabled'), current: 10, desired: 500, want: '10 ScaleUpLimit' },
    { min: 1, max: 1000, down: rules(20, 60, 1, 60), current: 100, desired: 2, want: '80 ScaleDownLimit' },
    { min: 1, max: 1000, down: rules(20, 60, 1, 60, 'Min'), current: 100, desired: 2, want: '99 ScaleDownLimit' },
    { min: 5, max: 1000, down: rules(0, 0, 100, 60), current: 10, desired: 2, want: '5 TooFewReplicas' },
    { min: 1, max: 1000, down: rules(0, 0, 50, 60), current: 10, desired: 5, want: '5 DesiredWithinRange' },
    { min: 1, max: 200, up: rules(300, 60, 0, 0), current: 100, desired: 500, ups: [1, 5, 9], want: '200 TooManyReplicas' },
    { min: 1, max: 1000, up: rules(5, 120, 0, 0), current: 100, desired: 500, ups: [1, 5, 9], want: '100 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(150, 120, 0, 0), current: 100, desired: 500, ups: [1, 5, 9], want: '235 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(0, 0, 200, 120), current: 100, desired: 500, ups: [1, 5, 9], want: '255 ScaleUpLimit' },
    { min: 1, max: 1000, up: rules(0, 0, 300, 300), current: 6, desired: 24, ups: [4], downs: [2], want: '16 ScaleUpLimit' },
    { min: 1, max: 1000, down: rules(5, 120, 0, 0), current: 100, desired: 0, downs: [1, 5, 9], want: '100 ScaleDownLimit' },
  ];
  for (const { min, max, up = UP, down = DOWN, current, desired, ups, downs, want } of cases) {
    test(`${current} -> ${desired} in ${min}..${max}: ${want}`, () => {
      const { replicas, limit } = normalizeWithBehavior(
        desired,
        { min, max, current, now: NOW },
        history(ups, downs),
        { scaleUp: up, scaleDown: down },
        0,
      );
      assert.equal(`${replicas} ${limit.reason}`, want);
    });
  }
});

// TestNormalizeDesiredReplicas.
describe('without behavior', () => {
  const run = (wishes: [replicas: number, minutesAgo: number][], desired: number, current = 10) => {
    const past = new ScaleHistory();
    past.recommendations = wishes.map(([replicas, minutes]) => ({ replicas, at: NOW - minutes * MINUTE }));
    const result = normalize(desired, { min: 1, max: 100, current, now: NOW }, past, 5 * MINUTE);
    return [result.replicas, result.stabilization.reason, past.recommendations.length];
  };
  test('the highest wish of five minutes counts', () => {
    assert.deepEqual(run([], 5), [5, 'ReadyForNewScale', 1]);
    assert.deepEqual(run([[4, 2], [5, 1]], 3), [5, 'ScaleDownStabilized', 3]); // prettier-ignore
    assert.deepEqual(run([[1, 2], [2, 1]], 3), [3, 'ReadyForNewScale', 3]); // prettier-ignore
    assert.deepEqual(run([[10, 10], [9, 9]], 3)[0], 3); // prettier-ignore
    assert.deepEqual(run([[10, 10], [4, 1], [5, 2], [9, 9]], 3)[0], 5); // prettier-ignore
  });
  test('the size at most doubles, or becomes four', () => {
    assert.deepEqual([run([], 50, 10)[0], run([], 50, 1)[0]], [20, 4]);
  });
});

// TestNormalizeDesiredReplicasWithBehavior.
describe('windows of a behavior', () => {
  const run = (wishes: [replicas: number, secondsAgo: number][], desired: number, current: number, up: number, down: number) => {
    const past = new ScaleHistory();
    past.recommendations = wishes.map(([replicas, seconds]) => ({ replicas, at: NOW - seconds * 1000 }));
    const behavior = {
      scaleUp: { ...rules(1000, 15, 0, 0), stabilizationWindowSeconds: up },
      scaleDown: { ...rules(1000, 15, 0, 0), stabilizationWindowSeconds: down },
    };
    return normalizeWithBehavior(desired, { min: 1, max: 1000, current, now: NOW }, past, behavior, 0).replicas;
  };
  test('down to the highest wish of the window', () => assert.equal(run([[10, 60], [6, 30]], 3, 10, 0, 100), 10)); // prettier-ignore
  test('up to the lowest wish of the window', () => assert.equal(run([[5, 60], [7, 30]], 20, 4, 100, 0), 5)); // prettier-ignore
  test('old wishes do not count', () => assert.equal(run([[10, 200]], 3, 10, 0, 100), 3));
});

test('events are kept for the longest period', () => {
  assert.equal(longestPeriodMs(rules(1, 60, 1, 120)), 120_000);
  const past = new ScaleHistory();
  past.scaled(1, 4, NOW, 60_000);
  past.scaled(4, 2, NOW, 60_000);
  past.scaled(2, 3, NOW + 61_000, 60_000);
  assert.deepEqual([past.ups.map((e) => e.change), past.downs.map((e) => e.change)], [[1], [2]]);
});
