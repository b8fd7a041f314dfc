/** The revisions of a daemon set's template (pkg/controller/daemon/update.go constructHistory, cleanupHistory). */
import type { ControllerRevision, DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { controllerRevisions, daemonSets, pods } from '../../client/resources.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { templateHash } from '../shared/hash.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { templatePatch } from '../shared/template-patch.ts';
import { REVISION_HASH_LABEL } from './pod-template.ts';

export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/** Finds or makes the revision of the current template, and gives it the highest number. `revisions`: all that the set owns. */
export async function constructHistory(
  ctx: ControllerContext,
  ds: DaemonSet,
  revisions: readonly ControllerRevision[],
  daemonPods: readonly Pod[],
): Promise<History> {
  const client = ctx.client.resource(controllerRevisions);
  const labelled: ControllerRevision[] = [];
  for (const revision of revisions) {
    const { labels, name } = revision.metadata;
    const missing = labels?.[REVISION_HASH_LABEL] === undefined;
    const withHash = { ...revision, metadata: { ...revision.metadata, labels: { ...labels, [REVISION_HASH_LABEL]: name } } };
    labelled.push(missing ? await client.update(withHash) : revision);
  }
  const patch = templatePatch(ds.spec.template);
  const matching = labelled.filter((r) => semanticEqual(r.data, patch));
  const old = labelled.filter((r) => !matching.includes(r));
  const number = Math.max(0, ...old.map((r) => r.revision)) + 1;
  if (matching.length === 0) return { current: await snapshot(ctx, ds, patch, number), old };
  const current = await deduplicate(ctx, matching, daemonPods);
  if (current.revision >= number) return { current, old };
  return { current: await client.update({ ...current, revision: number }), old };
}

/** Of several equal revisions the newest stays; pods of the others get its label. */
async function deduplicate(
  ctx: ControllerContext,
  equal: readonly ControllerRevision[],
  daemonPods: readonly Pod[],
): Promise<ControllerRevision> {
  const keep = equal.reduce((a, b) => (b.revision >= a.revision ? b : a));
  const hash = keep.metadata.labels?.[REVISION_HASH_LABEL];
  if (equal.length === 1) return keep;
  for (const { metadata } of daemonPods) {
    if (metadata.labels?.[REVISION_HASH_LABEL] === hash) continue;
    const patch = { metadata: { labels: { [REVISION_HASH_LABEL]: hash } } };
    await ctx.client.resource(pods).patch(metadata.name, 'merge', patch, { namespace: metadata.namespace });
  }
  for (const { metadata } of equal.filter((r) => r !== keep)) {
    await ctx.client.resource(controllerRevisions).delete(metadata.name, { namespace: metadata.namespace });
  }
  return keep;
}

async function snapshot(ctx: ControllerContext, ds: DaemonSet, patch: unknown, revision: number): Promise<ControllerRevision> {
  const client = ctx.client.resource(controllerRevisions);
  const { namespace } = ds.metadata;
  const hash = templateHash(ds.spec.template, ds.status.collisionCount);
  const name = `${ds.metadata.name}-${hash}`;
  try {
    return await client.create({
      metadata: {
        name,
        namespace,
        labels: { ...ds.spec.template.metadata?.labels, [REVISION_HASH_LABEL]: hash },
        annotations: { ...ds.metadata.annotations },
        ownerReferences: [newControllerRef(ds, { apiVersion: 'apps/v1', kind: 'DaemonSet' })],
      },
      data: patch as ControllerRevision['data'],
      revision,
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await client.get(name, { namespace });
    if (semanticEqual(existing.data, patch)) return existing;
    await countCollision(ctx, ds);
    throw error;
  }
}

/** Another template has the same hash: the next try uses another one. */
async function countCollision(ctx: ControllerContext, ds: DaemonSet): Promise<void> {
  const client = ctx.client.resource(daemonSets);
  const live = await client.get(ds.metadata.name, { namespace: ds.metadata.namespace });
  if (live.status.collisionCount !== ds.status.collisionCount) {
    throw new Error(`found a stale collision count of DaemonSet "${ds.metadata.name}" while processing; will retry until it is updated`);
  }
  await client.updateStatus({ ...live, status: { ...live.status, collisionCount: (live.status.collisionCount ?? 0) + 1 } });
}

/** Old revisions beyond the limit that no pod is made of, oldest first. */
export function surplusRevisions(ds: DaemonSet, old: readonly ControllerRevision[], daemonPods: readonly Pod[]): ControllerRevision[] {
  const surplus = old.length - (ds.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const live = new Set(daemonPods.map((p) => p.metadata.labels?.[REVISION_HASH_LABEL]));
  const unused = old.filter((r) => !live.has(r.metadata.labels?.[REVISION_HASH_LABEL] ?? ''));
  return unused.sort((a, b) => a.revision - b.revision).slice(0, surplus);
}
