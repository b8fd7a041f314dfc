/** The revisions of a stateful set's template (pkg/controller/statefulset/stateful_set_control.go, pkg/controller/history). */
import type { ControllerRevision, StatefulSet } from '../../api/apps/v1.gen.ts';
import type { Pod, PodTemplateSpec } from '../../api/core/v1.gen.ts';
import { controllerRevisions } from '../../client/resources.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { templateHash } from '../shared/hash.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { compareCreation } from '../shared/sort-by-creation.ts';
import { templatePatch } from '../shared/template-patch.ts';
import { KIND, revisionOfPod } from './identity.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';
const MAX_NAME_PREFIX = 223;

export interface SetRevisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Oldest number first. */
export function sortRevisions(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort((a, b) => a.revision - b.revision || compareCreation(a, b));
}

/** Finds or makes the revision of the set's template; an older equal one is raised to the newest number. `revisions`: sorted. */
export async function resolveRevisions(
  ctx: ControllerContext,
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): Promise<SetRevisions> {
  const patch = templatePatch(set.spec.template);
  const latest = revisions.at(-1);
  const number = (latest?.revision ?? 0) + 1;
  const equal = revisions.findLast((r) => semanticEqual(r.data, patch));
  let collisionCount = set.status.collisionCount ?? 0;
  let update: ControllerRevision;
  if (equal && latest && semanticEqual(latest.data, equal.data)) update = latest;
  else if (equal) update = await ctx.client.resource(controllerRevisions).update({ ...equal, revision: number });
  else ({ revision: update, collisionCount } = await create(ctx, set, patch, number, collisionCount));
  const current = revisions.find((r) => r.metadata.name === set.status.currentRevision) ?? update;
  return { current, update, collisionCount };
}

async function create(
  ctx: ControllerContext,
  set: StatefulSet,
  patch: unknown,
  revision: number,
  collisionCount: number,
): Promise<{ revision: ControllerRevision; collisionCount: number }> {
  const client = ctx.client.resource(controllerRevisions);
  const { namespace, name: setName, annotations } = set.metadata;
  for (let collisions = collisionCount; ; collisions++) {
    const hash = templateHash(patch, collisions);
    const name = `${setName.slice(0, MAX_NAME_PREFIX)}-${hash}`;
    const labels = { ...set.spec.template.metadata?.labels, [HASH_LABEL]: hash };
    const metadata = { name, namespace, labels, annotations: { ...annotations }, ownerReferences: [newControllerRef(set, KIND)] };
    try {
      const created = await client.create({ metadata, data: patch as ControllerRevision['data'], revision });
      return { revision: created, collisionCount: collisions };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const existing = await client.get(name, { namespace });
      if (semanticEqual(existing.data, patch)) return { revision: existing, collisionCount: collisions };
    }
  }
}

/** The set with the template that a revision holds. */
export function applyRevision(set: StatefulSet, revision: ControllerRevision): StatefulSet {
  const data = revision.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  if (!data?.spec?.template) throw new Error(`controller revision ${revision.metadata.name} holds no template`);
  const { $patch: _, ...template } = data.spec.template;
  return { ...set, spec: { ...set.spec, template } };
}

/** Revisions beyond the limit that nothing uses, oldest first. `revisions`: sorted. */
export function surplusRevisions(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: readonly ControllerRevision[],
  inUse: readonly string[],
): ControllerRevision[] {
  const limit = set.spec.revisionHistoryLimit ?? 10;
  const live = new Set([...inUse, ...pods.map(revisionOfPod)]);
  const unused = revisions.filter((r) => !live.has(r.metadata.name));
  return limit < 0 ? [] : unused.slice(0, Math.max(0, unused.length - limit));
}
