/** Reads and writes of objects of any kind, by identity (pkg/controller/garbagecollector/operations.go). */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import type { Client, PatchType, ResourceRef } from '../../client/client.ts';
import { isConflict, isNotFound, StatusError } from '../../machinery/status-error.ts';
import { deleteOwnerRefPatch } from '../shared/controller-ref-manager.ts';
import type { Discovery } from '../shared/discovery.ts';
import { METADATA_ACCEPT } from '../shared/metadata-headers.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import type { Identity } from './identity.ts';

/** The server does not know (or not yet, or no longer) the kind of a reference. */
export class UnknownKindError extends Error {}
/** A cluster-scoped object that names a namespaced owner: nothing can be decided about it, ever. */
export class NamespacedOwnerError extends Error {}

const FINALIZER_TRIES = 5;
const METADATA = { accept: METADATA_ACCEPT };

export class ObjectAccess {
  readonly #client: Client;
  #kinds: ReadonlyMap<string, ResourceRef> = new Map();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Which kinds there are, from now on. */
  learn(discovery: Discovery): void {
    this.#kinds = new Map(discovery.everyVersion.map((r) => [`${groupVersionString(r)}/${r.kind}`, r]));
  }

  /** Throws UnknownKindError. */
  resource(of: { readonly apiVersion: string; readonly kind: string }): ResourceRef {
    const ref = this.#kinds.get(`${of.apiVersion}/${of.kind}`);
    if (!ref) throw new UnknownKindError(`unable to get REST mapping for ${of.apiVersion}/${of.kind}.`);
    return ref;
  }

  /** The object's metadata; undefined when it does not exist (or exists with another UID). */
  async get(identity: Identity): Promise<KubeObject | undefined> {
    const ref = this.resource(identity);
    if (ref.namespaced && identity.namespace === '')
      throw new NamespacedOwnerError(`cluster-scoped objects cannot refer to namespaced owners`);
    try {
      const object = await this.#client.resource(ref).get(identity.name, { ...this.#namespace(ref, identity), headers: METADATA });
      return object.metadata.uid === identity.uid ? object : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Deletes this version of the object. A newer version goes too when its owners are the same. False when it is gone already. */
  async delete(identity: Identity, version: KubeObject, policy: 'Orphan' | 'Background' | 'Foreground'): Promise<boolean> {
    const ref = this.resource(identity);
    const remove = async (resourceVersion?: string) => {
      const preconditions = { uid: identity.uid, resourceVersion };
      await this.#client
        .resource(ref)
        .delete(identity.name, { ...this.#namespace(ref, identity), propagationPolicy: policy, preconditions });
    };
    try {
      await remove(version.metadata.resourceVersion);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (!isConflict(error)) throw error;
      const live = await this.get(identity);
      if (!live) return false;
      if (!semanticEqual(live.metadata.ownerReferences, version.metadata.ownerReferences)) throw error;
      await remove();
      return true;
    }
  }

  /** Takes owner references away. Objects without strategic merge (custom resources) get a merge patch of the live list. */
  async removeOwners(identity: Identity, ownerUids: readonly string[]): Promise<void> {
    const left = (refs: readonly OwnerReference[]) => refs.filter((r) => !ownerUids.includes(r.uid));
    await this.#patchOwners(identity, deleteOwnerRefPatch(identity.uid, ownerUids), left);
  }

  /** Sets blockOwnerDeletion to false in all of the object's owner references. */
  async unblockOwners(identity: Identity, owners: readonly OwnerReference[]): Promise<void> {
    const blocking = owners.filter((r) => r.blockOwnerDeletion).map((r) => ({ ...r, blockOwnerDeletion: false }));
    const patch = { metadata: { uid: identity.uid, ownerReferences: blocking } };
    await this.#patchOwners(identity, patch, (refs) => refs.map((r) => ({ ...r, blockOwnerDeletion: false })));
  }

  /** Takes a finalizer away; tries again after conflicts. */
  async removeFinalizer(identity: Identity, finalizer: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const object = await this.get(identity);
      const finalizers = object?.metadata.finalizers ?? [];
      if (!object || !finalizers.includes(finalizer)) return;
      const { resourceVersion } = object.metadata;
      try {
        return await this.#patch(identity, 'merge', {
          metadata: { resourceVersion, finalizers: finalizers.filter((f) => f !== finalizer) },
        });
      } catch (error) {
        if (isNotFound(error)) return;
        if (!isConflict(error) || attempt >= FINALIZER_TRIES) throw error;
      }
    }
  }

  async #patchOwners(identity: Identity, strategic: unknown, left: (refs: readonly OwnerReference[]) => OwnerReference[]): Promise<void> {
    try {
      await this.#patch(identity, 'strategic', strategic);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 415) throw error;
      const live = await this.get(identity);
      if (!live) return;
      const { resourceVersion, ownerReferences = [] } = live.metadata;
      await this.#patch(identity, 'merge', { metadata: { resourceVersion, ownerReferences: left(ownerReferences) } });
    }
  }

  async #patch(identity: Identity, type: PatchType, patch: unknown): Promise<void> {
    const ref = this.resource(identity);
    await this.#client.resource(ref).patch(identity.name, type, patch, { ...this.#namespace(ref, identity), headers: METADATA });
  }

  #namespace(ref: ResourceRef, identity: Identity): { namespace?: string } {
    return ref.namespaced ? { namespace: identity.namespace } : {};
  }
}
