/** One sync of one deployment: decisions come from plan.ts and status.ts, this carries them out (pkg/controller/deployment/{sync,rolling,recreate,rollback}.go). */
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Lister } from '../../client/informer.ts';
import { deployments, replicaSets } from '../../client/resources.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { controllerOf, newControllerRef } from '../shared/controller-ref.ts';
import { templateHash } from '../shared/hash.ts';
import { isPodTerminal } from '../shared/pod-status.ts';
import { equalIgnoringZeros, semanticEqual } from '../shared/semantic-equal.ts';
import * as annotations from './annotations.ts';
import * as plan from './plan.ts';
import {
  calculateStatus,
  conditionOf,
  hasProgressDeadline,
  isComplete,
  newCondition,
  nextProgressCheck,
  withCondition,
  withProgress,
} from './status.ts';

export interface RolloutInput {
  readonly ctx: ControllerContext;
  readonly deployment: Deployment;
  /** The replica sets it owns. */
  readonly sets: readonly ReplicaSet[];
  readonly setLister: Lister<ReplicaSet>;
  /** Pods of each replica set. */
  readonly podsOf: (rs: ReplicaSet) => readonly Pod[];
  /** Look at the deployment again after so many milliseconds. */
  readonly again: (ms: number) => void;
}

interface Sets {
  newSet: ReplicaSet | undefined;
  oldSets: ReplicaSet[];
}

export class Rollout {
  readonly #in: RolloutInput;
  #d: Deployment;
  /** The owned replica sets as of their last write, so that a second look in the same sync does not write again. */
  #known: ReplicaSet[];

  constructor(input: RolloutInput) {
    this.#in = input;
    this.#d = input.deployment;
    this.#known = [...input.sets];
  }

  async sync(): Promise<void> {
    const d = this.#d;
    if (d.metadata.deletionTimestamp) return this.#writeStatus(await this.#sets(false), false);
    await this.#pausedCondition();
    if (d.spec.paused) return this.#scaleOnly();
    if (this.#rollbackRevision() !== undefined) return this.#rollback();
    if (await this.#isScalingEvent()) return this.#scaleOnly();
    if (d.spec.strategy.type === 'Recreate') return this.#recreate();
    if (d.spec.strategy.type === 'RollingUpdate') return this.#rollingUpdate();
    throw new Error(`unexpected deployment strategy type: ${d.spec.strategy.type}`);
  }

  async #scaleOnly(): Promise<void> {
    const sets = await this.#sets(false);
    const size = annotations.sizeAnnotation;
    const { resizes, force } = plan.planScaling(this.#d, sets.newSet, sets.oldSets, {
      desired: (rs) => size(rs, annotations.DESIRED_REPLICAS),
      max: (rs) => size(rs, annotations.MAX_REPLICAS),
    });
    for (const resize of resizes) await this.#resize(resize, force);
    if (this.#d.spec.paused && this.#rollbackRevision() === undefined) await this.#cleanup(sets.oldSets);
    await this.#writeStatus(sets, false);
  }

  async #rollingUpdate(): Promise<void> {
    const sets = await this.#sets(true);
    const { newSet, oldSets } = sets;
    if (!newSet) return;
    const current = plan.sizeOf(newSet);
    const desired = plan.desiredOf(this.#d);
    if (current !== desired) {
      const replicas = current > desired ? desired : plan.newSetSize(this.#d, [...oldSets, newSet], current);
      if ((await this.#resize({ set: newSet, replicas }, false)).scaled) return this.#writeStatus(sets, true);
    }
    let scaledDown = false;
    for (const resize of plan.planOldSets(this.#d, newSet, oldSets)) scaledDown = (await this.#resize(resize, false)).scaled || scaledDown;
    if (!scaledDown && isComplete(this.#d, this.#d.status)) await this.#cleanup(oldSets);
    await this.#writeStatus(sets, true);
  }

  async #recreate(): Promise<void> {
    let sets = await this.#sets(false);
    let scaledDown = false;
    for (const set of sets.oldSets.filter(plan.isActive))
      scaledDown = (await this.#resize({ set, replicas: 0 }, false)).scaled || scaledDown;
    if (scaledDown || this.#oldPodsRunning(sets)) return this.#writeStatus(sets, true);
    if (!sets.newSet) sets = await this.#sets(true);
    if (!sets.newSet) return;
    await this.#resize({ set: sets.newSet, replicas: plan.desiredOf(this.#d) }, false);
    if (isComplete(this.#d, this.#d.status)) await this.#cleanup(sets.oldSets);
    await this.#writeStatus(sets, true);
  }

  #oldPodsRunning({ newSet, oldSets }: Sets): boolean {
    if (plan.sum(oldSets, (rs) => rs.status.replicas) > 0) return true;
    return this.#known.some((rs) => rs.metadata.uid !== newSet?.metadata.uid && this.#in.podsOf(rs).some((p) => !isPodTerminal(p)));
  }

  async #isScalingEvent(): Promise<boolean> {
    const { newSet, oldSets } = await this.#sets(false);
    return [...oldSets, ...(newSet ? [newSet] : [])].filter(plan.isActive).some((rs) => {
      const desired = annotations.sizeAnnotation(rs, annotations.DESIRED_REPLICAS);
      return desired !== undefined && desired !== plan.desiredOf(this.#d);
    });
  }

  /** New and old replica sets, the new one's annotations and the deployment's revision brought up to date; with `create`, made when missing. */
  async #sets(create: boolean): Promise<Sets> {
    const { newSet, oldSets } = plan.splitReplicaSets(this.#d, this.#known);
    const revision = annotations.maxRevision(oldSets) + 1n;
    if (newSet) return { newSet: await this.#refreshNewSet(newSet, revision), oldSets };
    return { newSet: create ? await this.#createNewSet(oldSets, revision) : undefined, oldSets };
  }

  async #refreshNewSet(rs: ReplicaSet, revision: bigint): Promise<ReplicaSet> {
    const wanted = annotations.newReplicaSetAnnotations(this.#d, rs.metadata.annotations, revision, true);
    const minReadySeconds = this.#d.spec.minReadySeconds;
    if (!semanticEqual(wanted, rs.metadata.annotations) || (rs.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) {
      const metadata = { ...rs.metadata, annotations: wanted };
      return this.#updateSet(rs, { ...rs, metadata, spec: { ...rs.spec, minReadySeconds } });
    }
    const raised = this.#setRevision(rs.metadata.annotations?.[annotations.REVISION] ?? '');
    const found = hasProgressDeadline(this.#d) && !conditionOf(this.#d.status, 'Progressing');
    if (found) this.#setCondition('True', 'FoundNewReplicaSet', `Found new replica set "${rs.metadata.name}"`);
    if (raised || found) await this.#updateStatus(this.#d.status);
    return rs;
  }

  async #createNewSet(oldSets: readonly ReplicaSet[], revision: bigint): Promise<ReplicaSet> {
    const d = this.#d;
    const { recorder, client } = this.#in.ctx;
    const draft = this.#draftSet(revision);
    const replicas = plan.newSetSize(d, oldSets, 0);
    draft.spec = { ...draft.spec, replicas };
    const name = draft.metadata?.name ?? '';
    try {
      const created = await client.resource(replicaSets).create(draft);
      this.#known.push(created);
      if (replicas > 0) recorder.event(d, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`);
      const raised = this.#setRevision(String(revision));
      if (hasProgressDeadline(d)) this.#setCondition('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
      if (raised || hasProgressDeadline(d)) await this.#updateStatus(this.#d.status);
      return created;
    } catch (error) {
      if (isAlreadyExists(error)) return this.#existingOrCollision(name, revision, error);
      if (isNamespaceTerminating(error)) throw error;
      const message = `Failed to create new replica set "${name}": ${errorMessage(error)}`;
      recorder.event(d, 'Warning', 'ReplicaSetCreateError', message);
      if (hasProgressDeadline(d)) {
        this.#setCondition('False', 'ReplicaSetCreateError', message);
        // The error of the creation is the one to report, whatever becomes of the condition.
        await this.#updateStatus(this.#d.status).catch((e: unknown) =>
          this.#in.ctx.log.warn('condition not written', { err: errorMessage(e) }),
        );
      }
      throw error;
    }
  }

  #draftSet(revision: bigint): Draft<ReplicaSet> {
    const d = this.#d;
    const hash = templateHash(d.spec.template, d.status.collisionCount);
    const label = { [plan.TEMPLATE_HASH_LABEL]: hash };
    const labels = { ...d.spec.template.metadata?.labels, ...label };
    return {
      metadata: {
        name: `${d.metadata.name.slice(0, 253 - 1 - hash.length)}-${hash}`,
        namespace: d.metadata.namespace,
        labels,
        annotations: annotations.newReplicaSetAnnotations(d, undefined, revision, false),
        ownerReferences: [newControllerRef(d, { apiVersion: 'apps/v1', kind: 'Deployment' })],
      },
      spec: {
        ...(d.spec.minReadySeconds !== undefined && { minReadySeconds: d.spec.minReadySeconds }),
        selector: { ...d.spec.selector, matchLabels: { ...d.spec.selector.matchLabels, ...label } },
        template: { ...d.spec.template, metadata: { ...d.spec.template.metadata, labels } },
      },
    };
  }

  /** The name is taken: by our own set that the cache did not show yet, or by another template of the same hash. */
  async #existingOrCollision(name: string, revision: bigint, error: unknown): Promise<ReplicaSet> {
    const d = this.#d;
    const existing = this.#in.setLister.get(`${d.metadata.namespace}/${name}`);
    if (!existing) throw error;
    if (controllerOf(existing)?.uid === d.metadata.uid && plan.equalIgnoreHash(existing.spec.template, d.spec.template)) {
      if (this.#setRevision(String(revision))) await this.#updateStatus(this.#d.status);
      return existing;
    }
    await this.#updateStatus({ ...d.status, collisionCount: (d.status.collisionCount ?? 0) + 1 });
    throw error;
  }

  async #resize({ set, replicas }: plan.Resize, force: boolean): Promise<{ scaled: boolean }> {
    const before = plan.sizeOf(set);
    if (!force && before === replicas) return { scaled: false };
    const sizes = annotations.sizeAnnotations(this.#d);
    const stale = Object.entries(sizes).some(([k, v]) => set.metadata.annotations?.[k] !== v);
    if (before === replicas && !stale) return { scaled: false };
    const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...sizes } };
    await this.#updateSet(set, { ...set, metadata, spec: { ...set.spec, replicas } });
    if (before === replicas) return { scaled: false };
    const direction = before < replicas ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    this.#in.ctx.recorder.event(this.#d, 'Normal', 'ScalingReplicaSet', message);
    return { scaled: true };
  }

  async #updateSet(old: ReplicaSet, changed: ReplicaSet): Promise<ReplicaSet> {
    const updated = await this.#in.ctx.client.resource(replicaSets).update(changed);
    this.#known = this.#known.map((rs) => (rs === old ? updated : rs));
    return updated;
  }

  async #cleanup(oldSets: readonly ReplicaSet[]): Promise<void> {
    for (const rs of plan.planCleanup(this.#d, oldSets, annotations.revisionOf)) {
      try {
        await this.#in.ctx.client.resource(replicaSets).delete(rs.metadata.name, { namespace: rs.metadata.namespace });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  async #pausedCondition(): Promise<void> {
    const d = this.#d;
    const current = conditionOf(d.status, 'Progressing');
    if (!hasProgressDeadline(d) || current?.reason === 'ProgressDeadlineExceeded') return;
    const shown = current?.reason === 'DeploymentPaused';
    if (!!d.spec.paused === shown) return;
    if (d.spec.paused) this.#setCondition('Unknown', 'DeploymentPaused', 'Deployment is paused');
    else this.#setCondition('Unknown', 'DeploymentResumed', 'Deployment is resumed');
    await this.#updateStatus(this.#d.status);
  }

  #rollbackRevision(): bigint | undefined {
    const text = this.#d.metadata.annotations?.[annotations.ROLLBACK_TO];
    return text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  }

  async #rollback(): Promise<void> {
    const { newSet, oldSets } = await this.#sets(true);
    const all = [...oldSets, ...(newSet ? [newSet] : [])];
    const revision = this.#rollbackRevision() || annotations.lastRevision(all);
    const target = revision === 0n ? undefined : all.find((rs) => annotations.revisionOf(rs) === revision);
    const { recorder } = this.#in.ctx;
    if (!target) {
      const message = revision === 0n ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.';
      recorder.event(this.#d, 'Warning', 'DeploymentRollbackRevisionNotFound', message);
      return this.#clearRollback(this.#d);
    }
    const d = this.#d;
    if (plan.equalIgnoreHash(d.spec.template, target.spec.template)) {
      const message = `The rollback revision contains the same template as current deployment "${d.metadata.name}"`;
      recorder.event(d, 'Warning', 'DeploymentRollbackTemplateUnchanged', message);
      return this.#clearRollback(d);
    }
    const { [plan.TEMPLATE_HASH_LABEL]: _, ...labels } = target.spec.template.metadata?.labels ?? {};
    const template = { ...target.spec.template, metadata: { ...target.spec.template.metadata, labels } };
    const rolledBack = {
      ...d,
      metadata: { ...d.metadata, annotations: annotations.annotationsAfterRollback(d, target) },
      spec: { ...d.spec, template },
    };
    await this.#clearRollback(rolledBack);
    recorder.event(d, 'Normal', 'DeploymentRollback', `Rolled back deployment "${d.metadata.name}" to revision ${revision}`);
  }

  async #clearRollback(d: Deployment): Promise<void> {
    const { [annotations.ROLLBACK_TO]: _, ...rest } = d.metadata.annotations ?? {};
    await this.#in.ctx.client.resource(deployments).update({ ...d, metadata: { ...d.metadata, annotations: rest } });
  }

  /** Writes numbers and conditions where they differ; with `progress`, the rollout's conditions too. */
  async #writeStatus({ newSet, oldSets }: Sets, progress: boolean): Promise<void> {
    const now = this.#in.ctx.clock.now();
    const all = [...oldSets, ...(newSet ? [newSet] : [])];
    let status = calculateStatus(this.#d, all, newSet, now);
    if (progress) status = withProgress(this.#d, status, all, newSet, now);
    if (!equalIgnoringZeros(status, this.#d.status)) return this.#updateStatus(status);
    const check = progress ? nextProgressCheck(this.#d, status, now) : undefined;
    if (check !== undefined) this.#in.again(check);
  }

  /** True when the revision annotation of the deployment had to change; it travels with the next status update. */
  #setRevision(revision: string): boolean {
    if (this.#d.metadata.annotations?.[annotations.REVISION] === revision) return false;
    this.#d = {
      ...this.#d,
      metadata: { ...this.#d.metadata, annotations: { ...this.#d.metadata.annotations, [annotations.REVISION]: revision } },
    };
    return true;
  }

  #setCondition(status: string, reason: string, message: string): void {
    const condition = newCondition('Progressing', status, reason, message, this.#in.ctx.clock.now());
    this.#d = { ...this.#d, status: { ...this.#d.status, conditions: withCondition(this.#d.status.conditions, condition) } };
  }

  /** Further steps of the same sync go on from the version that the server answers. */
  async #updateStatus(status: DeploymentStatus): Promise<void> {
    this.#d = await this.#in.ctx.client.resource(deployments).updateStatus({ ...this.#d, status });
    this.#in.ctx.log.debug('deployment status updated', { key: keyOf(this.#d) });
  }
}
