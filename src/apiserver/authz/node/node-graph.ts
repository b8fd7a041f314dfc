import type { PersistentVolume, Pod } from '../../../api/core/v1.gen.ts';
import { keyOf, type AnyObject } from '../../../api/object.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import { referencesOf } from './pod-references.ts';
import { kubeletSecretsOf } from './persistent-volume-secrets.ts';

export type GraphKind =
  'secret' | 'configmap' | 'pvc' | 'pv' | 'resourceclaim' | 'serviceaccount' | 'pod' | 'volumeattachment' | 'resourceslice';

interface PodEntry {
  readonly node: string;
  readonly version: string;
  readonly references: readonly string[];
}

/**
 * What each node has to do with: its pods, and what those refer to (plugin/pkg/auth/authorizer/node/graph.go). Kept current from the
 * registry; every question is a look-up or two.
 */
export class NodeGraph {
  readonly #pods = new Map<string, PodEntry>();
  /** Node -> `kind/namespace/name` -> how many of its pods refer to it. */
  readonly #granted = new Map<string, Map<string, number>>();
  readonly #claimOfVolume = new Map<string, string>();
  readonly #secretsOfVolume = new Map<string, readonly string[]>();
  readonly #volumesOfSecret = new Map<string, Set<string>>();
  readonly #nodeOfAttachment = new Map<string, string>();
  readonly #nodeOfSlice = new Map<string, string>();
  readonly #stops: (() => void)[] = [];

  constructor(registry: RegistryReader) {
    const follow = (group: string, resource: string, set: (object: AnyObject, deleted: boolean) => void) =>
      this.#stops.push(registry.reader(group, resource).subscribe((event) => set(event.object, event.type === 'DELETED')));
    follow('', 'pods', (object, deleted) => this.#setPod(object as unknown as Pod, deleted));
    follow('', 'persistentvolumes', (object, deleted) => this.#setVolume(object as unknown as PersistentVolume, deleted));
    follow('storage.k8s.io', 'volumeattachments', (object, deleted) => setNode(this.#nodeOfAttachment, object, deleted));
    follow('resource.k8s.io', 'resourceslices', (object, deleted) => setNode(this.#nodeOfSlice, object, deleted));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** Does the node need the object? */
  isRelated(node: string, kind: GraphKind, namespace: string, name: string): boolean {
    const has = (key: string) => this.#granted.get(node)?.has(key) ?? false;
    switch (kind) {
      case 'volumeattachment':
        return this.#nodeOfAttachment.get(name) === node;
      case 'resourceslice':
        return this.#nodeOfSlice.get(name) === node;
      case 'pv':
        return has(`pvc/${this.#claimOfVolume.get(name) ?? ''}`);
      case 'secret':
        if (has(`secret/${namespace}/${name}`)) return true;
        return [...(this.#volumesOfSecret.get(`${namespace}/${name}`) ?? [])].some((volume) =>
          has(`pvc/${this.#claimOfVolume.get(volume) ?? ''}`),
        );
      default:
        return has(`${kind}/${namespace}/${name}`);
    }
  }

  #setPod(pod: Pod, deleted: boolean): void {
    const key = keyOf(pod);
    const node = pod.spec?.nodeName ?? '';
    const known = this.#pods.get(key);
    // References of a bound pod change with ephemeral containers and claims only.
    const { ephemeralContainers } = pod.spec ?? {};
    const { resourceClaimStatuses, extendedResourceClaimStatus } = pod.status ?? {};
    const version = `${pod.metadata.uid} ${ephemeralContainers?.length ?? 0} ${JSON.stringify([resourceClaimStatuses, extendedResourceClaimStatus?.resourceClaimName])}`;
    if (!deleted && known?.node === node && known.version === version) return;
    if (known) this.#count(known, -1);
    this.#pods.delete(key);
    if (deleted || node === '') return;
    const entry = { node, version, references: [`pod/${pod.metadata.namespace}/${pod.metadata.name}`, ...referencesOf(pod)] };
    this.#pods.set(key, entry);
    this.#count(entry, 1);
  }

  #count({ node, references }: PodEntry, step: 1 | -1): void {
    let counts = this.#granted.get(node);
    if (!counts) this.#granted.set(node, (counts = new Map()));
    for (const reference of references) {
      const count = (counts.get(reference) ?? 0) + step;
      if (count > 0) counts.set(reference, count);
      else counts.delete(reference);
    }
    if (counts.size === 0) this.#granted.delete(node);
  }

  #setVolume(volume: PersistentVolume, deleted: boolean): void {
    const { name } = volume.metadata;
    for (const secret of this.#secretsOfVolume.get(name) ?? []) {
      const volumes = this.#volumesOfSecret.get(secret);
      volumes?.delete(name);
      if (volumes?.size === 0) this.#volumesOfSecret.delete(secret);
    }
    this.#secretsOfVolume.delete(name);
    this.#claimOfVolume.delete(name);
    const claim = volume.spec?.claimRef;
    if (deleted || !claim) return;
    this.#claimOfVolume.set(name, `${claim.namespace ?? ''}/${claim.name ?? ''}`);
    const secrets = kubeletSecretsOf(volume);
    if (secrets.length > 0) this.#secretsOfVolume.set(name, secrets);
    for (const secret of secrets) this.#volumesOfSecret.set(secret, (this.#volumesOfSecret.get(secret) ?? new Set()).add(name));
  }
}

function setNode(nodes: Map<string, string>, object: AnyObject, deleted: boolean): void {
  const node = (object['spec'] as { nodeName?: string } | undefined)?.nodeName;
  if (deleted || !node) nodes.delete(object.metadata.name);
  else nodes.set(object.metadata.name, node);
}
