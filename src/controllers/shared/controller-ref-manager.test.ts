import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { notFound } from '../../machinery/status-error.ts';
import { claimObjects } from './controller-ref-manager.ts';
import { labelMatcher } from './label-selector.ts';
import { at, controlledBy, pod, replicaSet } from './test-objects.ts';

const labels = { app: 'web' };
const KIND = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

async function claim(
  pods: readonly Pod[],
  controller = replicaSet('rs', 1),
  options: { fresh?: ReplicaSet; patch?: () => Promise<unknown> } = {},
) {
  const patches: [string, unknown][] = [];
  const claimed = await claimObjects(pods, {
    controller,
    kind: KIND,
    matches: labelMatcher({ matchLabels: labels }),
    fresh: () => Promise.resolve(options.fresh ?? controller),
    patch: (object, patch) => {
      patches.push([object.metadata.name, (patch as { metadata: unknown }).metadata]);
      return options.patch?.() ?? Promise.resolve();
    },
  });
  return { claimed: claimed.map((p) => p.metadata.name), patches };
}

const mine = controlledBy('ReplicaSet', 'rs');

// TestClaimPods of pkg/controller.
test('keeps its own, releases those that no longer match, adopts orphans, leaves others alone', async () => {
  const { claimed, patches } = await claim([
    pod('kept', { metadata: { labels, ownerReferences: mine } }),
    pod('released', { metadata: { labels: { app: 'other' }, ownerReferences: mine } }),
    pod('adopted', { metadata: { labels } }),
    pod('foreign', { metadata: { labels, ownerReferences: controlledBy('ReplicaSet', 'other') } }),
    pod('unrelated', { metadata: { labels: { app: 'other' } } }),
    pod('dying', { metadata: { labels, deletionTimestamp: at(0) } }),
  ]);
  assert.deepEqual(claimed, ['kept', 'adopted']);
  assert.deepEqual(patches, [
    ['released', { uid: 'uid-released', ownerReferences: [{ $patch: 'delete', uid: 'uid-rs' }] }],
    ['adopted', { uid: 'uid-adopted', ownerReferences: mine }],
  ]);
});

test('a controller that is being deleted claims only what it has', async () => {
  const controller = replicaSet('rs', 1, { metadata: { deletionTimestamp: at(0) } });
  const pods = [pod('kept', { metadata: { labels, ownerReferences: mine } }), pod('orphan', { metadata: { labels } })];
  const released = pod('no-match', { metadata: { ownerReferences: mine } });
  assert.deepEqual(await claim([...pods, released], controller), { claimed: ['kept'], patches: [] });
});

test('the server is asked before an adoption', async () => {
  const fresh = replicaSet('rs', 1, { metadata: { uid: 'new' } });
  const orphan = pod('orphan', { metadata: { labels } });
  await assert.rejects(claim([orphan], replicaSet('rs', 1), { fresh }), /can't adopt Pod shop\/orphan .*got uid new, wanted uid-rs/);
});

test('a pod that has gone meanwhile is not claimed', async () => {
  const patch = () => Promise.reject(notFound({ group: '', resource: 'pods' }, 'orphan'));
  assert.deepEqual((await claim([pod('orphan', { metadata: { labels } })], undefined, { patch })).claimed, []);
});
