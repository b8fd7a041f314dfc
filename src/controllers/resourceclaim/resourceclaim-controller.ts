/** https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/ (pkg/controller/resourceclaim, KEP-4381). */
import type { Pod, PodResourceClaim } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { ResourceClaim, ResourceClaimConsumerReference, ResourceClaimTemplate } from '../../api/resource/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { pods, resourceClaims, resourceClaimTemplates } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { claimNameOf, claimNamesOfPod } from '../shared/resource-claim-of-pod.ts';
import { runController } from '../shared/run-controller.ts';
import { claimFromTemplate, claimsToMake, claimsToReserve, FINALIZER, isPodDone, owningPod, POD_CLAIM, releasePlan } from './plan.ts';

const NAME = 'resourceclaim-controller';
const FIELD_MANAGER = 'ResourceClaimController';
const BY_CLAIM = 'podResourceClaim';
const BY_TEMPLATE = 'podResourceClaimTemplate';
const BY_OWNER = 'claimPodOwner';
const REMEMBERED_DELETIONS = 500;

export const resourceClaimController: Controller = { name: NAME, start: (ctx) => new ResourceClaims(ctx).run() };

class ResourceClaims {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<ResourceClaim>;
  readonly #templates: Informer<ResourceClaimTemplate>;
  /** Made by us and not seen by the informer yet, by key. */
  readonly #made = new Map<string, ResourceClaim>();
  readonly #deletedPods = new Set<string>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#pods = ctx.informers.informer(pods);
    this.#claims = ctx.informers.informer(resourceClaims);
    this.#templates = ctx.informers.informer(resourceClaimTemplates);
    const keys = (pod: Pod, names: readonly (string | undefined)[]) => names.flatMap((n) => (n ? [`${pod.metadata.namespace}/${n}`] : []));
    this.#pods.addIndex(BY_CLAIM, (pod) => keys(pod, claimNamesOfPod(pod)));
    this.#pods.addIndex(BY_TEMPLATE, (pod) =>
      keys(
        pod,
        (pod.spec.resourceClaims ?? []).map((c) => c.resourceClaimTemplateName),
      ),
    );
    this.#claims.addIndex(BY_OWNER, (claim) => [owningPod(claim)?.uid ?? []].flat());
  }

  async run(): Promise<void> {
    const podChanged = (pod: Pod) => this.#enqueuePod(pod, false);
    this.#pods.addHandler({ onAdd: podChanged, onUpdate: (_, pod) => podChanged(pod), onDelete: (pod) => this.#enqueuePod(pod, true) });
    const claimChanged = (claim: ResourceClaim, isDeleted: boolean) => {
      this.#made.delete(keyOf(claim));
      if (!isDeleted) this.#queue.add(`claim:${keyOf(claim)}`);
      this.#pods.lister.byIndex(BY_CLAIM, keyOf(claim)).forEach(podChanged);
    };
    this.#claims.addHandler({
      onAdd: (claim) => claimChanged(claim, false),
      onUpdate: (_, claim) => claimChanged(claim, false),
      onDelete: (claim) => claimChanged(claim, true),
    });
    const templateChanged = (template: ResourceClaimTemplate) =>
      this.#pods.lister.byIndex(BY_TEMPLATE, keyOf(template)).forEach(podChanged);
    this.#templates.addHandler({ onAdd: templateChanged, onUpdate: (_, template) => templateChanged(template) });
    await runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#pods, this.#claims, this.#templates],
      workers: 50,
      reconcile: (key) => (key.startsWith('pod:') ? this.#syncPod(key.slice(4)) : this.#syncClaim(key.slice(6))),
    });
  }

  #enqueuePod(pod: Pod, isDeleted: boolean): void {
    if (!pod.spec.resourceClaims?.length && !pod.status?.extendedResourceClaimStatus) return;
    if (isDeleted) this.#rememberDeleted(pod.metadata.uid);
    if (isDeleted || isPodDone(pod)) {
      for (const name of claimNamesOfPod(pod)) this.#queue.add(`claim:${pod.metadata.namespace}/${name}`);
    }
    const claim = (name: string) => this.#claims.lister.get(`${pod.metadata.namespace}/${name}`);
    if (isDeleted || pod.metadata.deletionTimestamp) return;
    if (claimsToMake(pod, claim).length + claimsToReserve(pod, claim).length > 0) this.#queue.add(`pod:${keyOf(pod)}`);
  }

  #rememberDeleted(uid: string): void {
    this.#deletedPods.add(uid);
    const [oldest] = this.#deletedPods;
    if (this.#deletedPods.size > REMEMBERED_DELETIONS && oldest) this.#deletedPods.delete(oldest);
  }

  async #syncPod(key: string): Promise<void> {
    const pod = this.#pods.lister.get(key);
    if (!pod || pod.metadata.deletionTimestamp) return;
    const claim = (name: string) => this.#claims.lister.get(`${pod.metadata.namespace}/${name}`);
    const toMake = claimsToMake(pod, claim);
    if (toMake.length > 0) await this.#makeAll(pod, toMake);
    for (const one of claimsToReserve(pod, claim)) await this.#reserve(one, pod);
  }

  async #makeAll(pod: Pod, entries: readonly PodResourceClaim[]): Promise<void> {
    const made = new Map<string, string>();
    // The apply below says all that we say about the pod.
    for (const entry of pod.spec.resourceClaims ?? []) {
      const found = claimNameOf(pod, entry);
      if (typeof found === 'object' && found.isGenerated) made.set(entry.name, found.name);
    }
    for (const entry of entries) {
      try {
        made.set(entry.name, await this.#make(pod, entry));
      } catch (error) {
        const message = `PodResourceClaim ${entry.name}: ${errorMessage(error)}`;
        this.#ctx.recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', message);
        throw error;
      }
    }
    const { name, namespace } = pod.metadata;
    const resourceClaimStatuses = [...made].map(([entry, resourceClaimName]) => ({ name: entry, resourceClaimName }));
    const options = { fieldManager: FIELD_MANAGER, force: true, subresource: 'status' };
    await this.#ctx.client.resource(pods).apply({ metadata: { name, namespace }, status: { resourceClaimStatuses } }, options);
  }

  /** Answers the name of the claim. One that exists already, because the pod's status could not be written, is used. */
  async #make(pod: Pod, entry: PodResourceClaim): Promise<string> {
    const { uid, namespace } = pod.metadata;
    const mine = [...this.#claims.lister.byIndex(BY_OWNER, uid), ...[...this.#made.values()].filter((c) => owningPod(c)?.uid === uid)];
    const existing = mine.find((claim) => claim.metadata.annotations?.[POD_CLAIM] === entry.name);
    if (existing) return existing.metadata.name;
    const templateName = entry.resourceClaimTemplateName ?? '';
    const template = this.#templates.lister.get(`${namespace}/${templateName}`);
    if (!template) {
      const why = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
      throw new Error(`resource claim template "${templateName}": ${why}`);
    }
    const made = await this.#ctx.client.resource(resourceClaims).create(claimFromTemplate(pod, entry, template));
    if (!this.#claims.lister.get(keyOf(made))) this.#made.set(keyOf(made), made);
    return made.metadata.name;
  }

  async #reserve(claim: ResourceClaim, pod: Pod): Promise<void> {
    const { name, uid } = pod.metadata;
    const reservedFor = [...(claim.status?.reservedFor ?? []), { resource: 'pods', name, uid }];
    await this.#ctx.client.resource(resourceClaims).updateStatus({ ...claim, status: { ...claim.status, reservedFor } });
  }

  async #syncClaim(key: string): Promise<void> {
    const seen = this.#claims.lister.get(key);
    if (!seen) return;
    const gone = new Set<string>();
    for (const r of seen.status?.reservedFor ?? []) if (await this.#isGone(seen.metadata.namespace, r)) gone.add(r.uid);
    const plan = releasePlan(seen, (r) => gone.has(r.uid));
    let claim = seen;
    const client = this.#ctx.client.resource(resourceClaims);
    if (plan.isReleased || (plan.deallocate && claim.status?.allocation)) {
      const { allocation, reservedFor: _, ...rest } = claim.status ?? {};
      const status = {
        ...rest,
        ...(plan.remaining.length > 0 && { reservedFor: [...plan.remaining] }),
        ...(allocation && !plan.deallocate && { allocation }),
      };
      claim = await client.updateStatus({ ...claim, status });
    }
    if (plan.deallocate) {
      const finalizers = (claim.metadata.finalizers ?? []).filter((f) => f !== FINALIZER);
      claim = await client.update({ ...claim, metadata: { ...claim.metadata, finalizers } });
    }
    if (plan.remaining.length === 0) await this.#deleteUnused(claim);
  }

  async #isGone(namespace: string, { name, uid }: ResourceClaimConsumerReference): Promise<boolean> {
    if (this.#deletedPods.has(uid)) return true;
    const known = this.#pods.lister.get(`${namespace}/${name}`);
    if (known) return known.metadata.uid !== uid || isPodDone(known);
    try {
      // The reservation may be newer than our pods.
      const fresh = await this.#ctx.client.resource(pods).get(name, { namespace });
      return fresh.metadata.uid !== uid;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  }

  /** Claims made for one pod go when it has ended; when it is deleted the garbage collector takes them. */
  async #deleteUnused(claim: ResourceClaim): Promise<void> {
    const owner = owningPod(claim);
    const { name, namespace } = claim.metadata;
    const pod = owner && this.#pods.lister.get(`${namespace}/${owner.name}`);
    if (pod && (pod.metadata.uid !== owner.uid || isPodDone(pod)))
      await this.#ctx.client.resource(resourceClaims).delete(name, { namespace });
  }
}
