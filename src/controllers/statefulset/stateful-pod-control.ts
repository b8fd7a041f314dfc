/** Creates, updates and deletes the pods of a stateful set with their claims (pkg/controller/statefulset/stateful_pod_control.go). */
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Lister } from '../../client/informer.ts';
import { persistentVolumeClaims, pods } from '../../client/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { areOwnersCurrent, deletesOnScale, hasForeignController, isClaimOfFormerPod, ownersByPolicy } from './claim-owners.ts';
import { claimsOf, identityMatches, ordinalOf, storageMatches, withIdentity, withStorage } from './identity.ts';

type Verb = 'Create' | 'Update' | 'Delete';

export interface StatefulPodControlOptions {
  readonly ctx: ControllerContext;
  readonly claims: Lister<PersistentVolumeClaim>;
  /** A pod was written; the cache may be older. */
  readonly wrote: (set: StatefulSet, pod: Pod) => void;
}

export class StatefulPodControl {
  readonly #ctx: ControllerContext;
  readonly #claims: Lister<PersistentVolumeClaim>;
  readonly #wrote: StatefulPodControlOptions['wrote'];

  constructor({ ctx, claims, wrote }: StatefulPodControlOptions) {
    this.#ctx = ctx;
    this.#claims = claims;
    this.#wrote = wrote;
  }

  async create(set: StatefulSet, pod: Pod): Promise<void> {
    await this.#reported('Create', set, pod, () => this.#createClaims(set, pod), { silentSuccess: true });
    try {
      const created = await this.#ctx.client.resource(pods).create(pod);
      this.#wrote(set, created);
      await this.#reported('Update', set, created, () => this.#fixClaimOwners(set, created), { silentSuccess: true });
      this.#report('Create', set, pod, undefined);
    } catch (error) {
      if (!isAlreadyExists(error)) this.#report('Create', set, pod, error);
      throw error;
    }
  }

  /** Puts identity, storage and the owners of claims right. */
  async update(set: StatefulSet, pod: Pod): Promise<void> {
    if (!storageMatches(set, pod)) await this.#reported('Update', set, pod, () => this.#createClaims(set, pod), { silentSuccess: true });
    if (!this.ownersMatch(set, pod))
      await this.#reported('Update', set, pod, () => this.#fixClaimOwners(set, pod), { silentSuccess: true });
    if (identityMatches(set, pod) && storageMatches(set, pod)) return;
    const fixed = withStorage(set, withIdentity(set, pod));
    await this.#reported('Update', set, pod, async () => this.#wrote(set, await this.#ctx.client.resource(pods).update(fixed)));
  }

  async delete(set: StatefulSet, pod: Pod): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    await this.#reported('Delete', set, pod, async () => {
      try {
        // The UID, so that an old cache never costs a new pod its life.
        const answer = await this.#ctx.client.resource(pods).delete(name, { namespace, preconditions: { uid } });
        if ('spec' in answer) this.#wrote(set, answer);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });
  }

  /** Creates claims that a waiting pod lacks. */
  async createMissingClaims(set: StatefulSet, pod: Pod): Promise<void> {
    await this.#createClaims(set, pod);
    await this.#reported('Update', set, pod, () => this.#fixClaimOwners(set, pod), { silentSuccess: true });
  }

  /** Whether a claim of the pod still belongs to its predecessor and will go with it. */
  hasStaleClaim(set: StatefulSet, pod: Pod): boolean {
    return deletesOnScale(set) && this.#existingClaims(set, pod).some((claim) => isClaimOfFormerPod(claim, pod));
  }

  ownersMatch(set: StatefulSet, pod: Pod): boolean {
    return this.#existingClaims(set, pod).every((claim) => areOwnersCurrent(claim, set, pod));
  }

  async fixClaimOwners(set: StatefulSet, pod: Pod): Promise<void> {
    if (!this.ownersMatch(set, pod)) await this.#fixClaimOwners(set, pod);
  }

  #existingClaims(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsOf(set, ordinalOf(pod)).flatMap((claim) => this.#claims.get(keyOf(claim)) ?? []);
  }

  async #fixClaimOwners(set: StatefulSet, pod: Pod): Promise<void> {
    for (const claim of this.#existingClaims(set, pod)) {
      const { name } = claim.metadata;
      if (hasForeignController(claim, set, pod)) {
        const text = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.#ctx.recorder.event(set, 'Warning', 'ConflictingController', text);
      }
      if (areOwnersCurrent(claim, set, pod)) continue;
      const metadata = { ...claim.metadata, ownerReferences: ownersByPolicy(claim, set, pod) };
      try {
        await this.#ctx.client.resource(persistentVolumeClaims).update({ ...claim, metadata });
      } catch (error) {
        if (isConflict(error)) throw error;
        throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${errorMessage(error)}`, { cause: error });
      }
    }
  }

  async #createClaims(set: StatefulSet, pod: Pod): Promise<void> {
    const errors: string[] = [];
    for (const claim of claimsOf(set, ordinalOf(pod))) {
      const existing = this.#claims.get(keyOf(claim));
      if (existing?.metadata.deletionTimestamp) errors.push(`pvc ${claim.metadata.name} is being deleted`);
      if (existing) continue;
      try {
        await this.#ctx.client.resource(persistentVolumeClaims).create(claim);
        this.#reportClaim(set, pod, claim, undefined);
      } catch (error) {
        // It is there already: the cache will show it.
        if (isAlreadyExists(error)) continue;
        this.#reportClaim(set, pod, claim, error);
        errors.push(`failed to create PVC ${claim.metadata.name}: ${errorMessage(error)}`);
      }
    }
    if (errors.length > 0) throw new Error(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`);
  }

  async #reported(
    verb: Verb,
    set: StatefulSet,
    pod: Pod,
    act: () => Promise<void>,
    options: { silentSuccess?: boolean } = {},
  ): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#report(verb, set, pod, error);
      throw error;
    }
    if (!options.silentSuccess) this.#report(verb, set, pod, undefined);
  }

  #report(verb: Verb, set: StatefulSet, pod: Pod, error: unknown): void {
    const text = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    const { recorder } = this.#ctx;
    if (error === undefined) recorder.event(set, 'Normal', `Successful${verb}`, `${text} successful`);
    else recorder.event(set, 'Warning', `Failed${verb}`, `${text} failed error: ${errorMessage(error)}`);
  }

  #reportClaim(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim, error: unknown): void {
    const { recorder } = this.#ctx;
    const inSet = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    const { name } = claim.metadata;
    if (error === undefined) recorder.event(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${inSet} success`);
    else recorder.event(set, 'Warning', 'FailedCreate', `Create Claim ${name} for ${inSet} failed error: ${errorMessage(error)}`);
  }
}
