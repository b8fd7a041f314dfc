import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import { sortActivePods, sortByDeletionPreference } from './active-pods.ts';
import { at, NOW, pod } from './test-objects.ts';

const MONTH = -30 * 24 * 3600;
const HOUR = -3600;

interface Kind {
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly sidecarRestarts?: number;
  readonly readySince?: number;
  readonly created?: number;
  readonly cost?: string;
}

function make(name: string, kind: Kind): Pod {
  const { node = 'node', phase = 'Running', ready = true, restarts = 0, sidecarRestarts = 0, readySince = 0, created = 0, cost } = kind;
  return pod(name, {
    metadata: { creationTimestamp: at(created), ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }) },
    spec: { nodeName: node, initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }] },
    status: {
      phase,
      ...(ready && { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(readySince) }] }),
      containerStatuses: [{ name: 'c', restartCount: restarts }],
      initContainerStatuses: [{ name: 'sidecar', restartCount: sidecarRestarts }],
    },
  });
}

// TestSortingActivePodsWithRanks of pkg/controller: the first goes before the second. A third element: ranks.
describe('a pod is deleted before another', () => {
  const now: Kind = {};
  const old: Kind = { readySince: MONTH, created: MONTH };
  const nowCreatedThen: Kind = { created: MONTH };
  const cases: [why: string, first: Kind, second: Kind, ranks?: [number, number]][] = [
    ['it has no node', { node: '', phase: 'Pending', ready: false }, { phase: 'Pending', ready: false }, [1, 2]],
    ['it is pending', { phase: 'Pending', ready: false }, { phase: 'Unknown', ready: false }],
    ['its phase is unknown', { phase: 'Unknown', ready: false }, { ready: false }],
    ['it is not ready', { ready: false }, now],
    ['it costs less', { cost: '10' }, { cost: '100' }],
    ['more of its kind are on its node', now, old, [2, 1]],
    ['more of its kind are on its node, whatever its restarts', now, { restarts: 9001 }, [2, 1]],
    ['it was ready for less time', now, old],
    ['it restarted more often', { restarts: 9001 }, now],
    ['its sidecar restarted more often', { sidecarRestarts: 9001 }, now],
    ['it is younger', now, nowCreatedThen],
    ['it was ready for 2 hours, not 5', { readySince: 2 * HOUR, created: MONTH }, { readySince: 5 * HOUR, created: MONTH }],
  ];
  for (const [why, first, second, [rankFirst, rankSecond] = [1, 1]] of cases) {
    test(why, () => {
      const [a, b] = [make('a', first), make('b', second)];
      const rank = (p: Pod) => (p === a ? rankFirst : rankSecond);
      for (const pods of [[a, b], [b, a]]) assert.equal(sortByDeletionPreference(pods, rank, NOW)[0], a); // prettier-ignore
    });
  }
  test('ages of the same order of magnitude are equal: the uid decides', () => {
    const ready = (name: string, hours: number) => make(name, { readySince: hours * HOUR, created: MONTH });
    assert.equal(sortByDeletionPreference([ready('b', 5), ready('a', 8)], () => 1, NOW)[0]?.metadata.name, 'a');
  });
  test('a cost that is no number counts as none', () => {
    const pods = [make('a', { cost: '-7' }), make('b', { cost: '+100' }), make('c', { cost: '1' })];
    assert.deepEqual(
      sortByDeletionPreference(pods, () => 1, NOW).map((p) => p.metadata.name),
      ['a', 'b', 'c'],
    );
  });
});

test('without ranks the exact age decides', () => {
  const pods = [
    make('old', { readySince: 8 * HOUR }),
    make('young', { readySince: 5 * HOUR }),
    make('pending', { node: '', phase: 'Pending' }),
  ];
  assert.deepEqual(
    sortActivePods(pods).map((p) => p.metadata.name),
    ['pending', 'young', 'old'],
  );
});
