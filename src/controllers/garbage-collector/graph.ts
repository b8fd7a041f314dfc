/**
 * The dependency graph of all objects, pure: events in, what must be looked at out (pkg/controller/garbagecollector/graph_builder.go).
 * A node is virtual while only references to it were seen, not the object itself; whether it exists is then asked of the server.
 */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import type { AbsentOwners } from './absent-owners.ts';
import { identityOfOwner, refMatches, sameIdentity, type Identity } from './identity.ts';

export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';

export interface GraphNode {
  identity: Identity;
  owners: readonly OwnerReference[];
  readonly dependents: Set<GraphNode>;
  /** Being deleted in the foreground: it waits for its dependents. */
  deletingDependents: boolean;
  beingDeleted: boolean;
  virtual: boolean;
}

/** The state of an object that matters here. */
export interface ObjectState {
  readonly identity: Identity;
  readonly owners: readonly OwnerReference[];
  readonly beingDeleted: boolean;
  readonly finalizers: readonly string[];
}

export interface GraphOutput {
  /** The node may have to be deleted. */
  attemptToDelete(node: GraphNode, rateLimited?: boolean): void;
  /** The node's dependents must be released. */
  attemptToOrphan(node: GraphNode): void;
  /** An owner reference points into another namespace. */
  invalidNamespace(dependent: GraphNode, ownerUid: string): void;
}

export class DependencyGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #out: GraphOutput;
  readonly #absent: AbsentOwners;

  constructor(out: GraphOutput, absent: AbsentOwners) {
    this.#out = out;
    this.#absent = absent;
  }

  get size(): number {
    return this.#nodes.size;
  }

  node(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** An object was added or changed; `old` is its state before, if known. */
  observe(state: ObjectState, old?: ObjectState): void {
    const found = this.#nodes.get(state.identity.uid);
    const node = found ? this.#update(this.#observed(found, state.identity), state) : this.#insert(state);
    this.#transitions(state, old, node);
  }

  /** An object is gone: seen in a watch, or (`virtual`) found missing on the server. */
  remove(identity: Identity, virtual: boolean): void {
    let node = this.#nodes.get(identity.uid);
    if (node && !virtual) node = this.#observed(node, identity);
    if (!node || (virtual && !this.#virtualRemoval(node, identity))) return;
    this.#nodes.delete(identity.uid);
    this.#unlink(node, node.owners);
    if (node.dependents.size > 0) this.#absent.add(identity);
    for (const dependent of node.dependents) this.#out.attemptToDelete(dependent);
    for (const ref of node.owners) {
      const owner = this.#nodes.get(ref.uid);
      if (owner?.deletingDependents) this.#out.attemptToDelete(owner);
    }
  }

  /** A virtual node becomes real; dependents that meant another object by that UID are looked at again. */
  #observed(node: GraphNode, identity: Identity): GraphNode {
    if (!node.virtual) return node;
    node.virtual = false;
    if (sameIdentity(node.identity, identity)) return node;
    for (const dependent of partition(node, identity).mismatching) {
      if (identity.namespace !== '' && dependent.identity.namespace !== identity.namespace)
        this.#out.invalidNamespace(dependent, identity.uid);
      this.#out.attemptToDelete(dependent);
    }
    node.identity = identity;
    return node;
  }

  #insert({ identity, owners, beingDeleted, finalizers }: ObjectState): GraphNode {
    const deletingDependents = beingDeleted && finalizers.includes(FOREGROUND_FINALIZER);
    const node: GraphNode = { identity, owners, dependents: new Set(), deletingDependents, beingDeleted, virtual: false };
    this.#nodes.set(identity.uid, node);
    this.#link(node, owners);
    return node;
  }

  #update(node: GraphNode, { owners, beingDeleted }: ObjectState): GraphNode {
    const before = new Map(node.owners.map((r) => [r.uid, r]));
    const after = new Map(owners.map((r) => [r.uid, r]));
    const removed = node.owners.filter((r) => !after.has(r.uid));
    const added = owners.filter((r) => !before.has(r.uid));
    const unblocked = owners.filter((r) => before.get(r.uid)?.blockOwnerDeletion && !r.blockOwnerDeletion);
    const changed = owners.some((r) => before.has(r.uid) && !semanticEqual(before.get(r.uid), r));
    if (removed.length + added.length > 0 || changed) {
      for (const ref of [...removed.filter((r) => r.blockOwnerDeletion), ...unblocked]) {
        const owner = this.#nodes.get(ref.uid);
        if (owner) this.#out.attemptToDelete(owner);
      }
      node.owners = owners;
      this.#link(node, added);
      this.#unlink(node, removed);
    }
    if (beingDeleted) node.beingDeleted = true;
    return node;
  }

  #transitions(state: ObjectState, old: ObjectState | undefined, node: GraphNode): void {
    const starts = (finalizer: string) =>
      state.beingDeleted && state.finalizers.includes(finalizer) && !(old?.beingDeleted && old.finalizers.includes(finalizer));
    if (starts(ORPHAN_FINALIZER)) return this.#out.attemptToOrphan(node);
    if (!starts(FOREGROUND_FINALIZER)) return;
    node.deletingDependents = true;
    for (const dependent of node.dependents) this.#out.attemptToDelete(dependent);
    this.#out.attemptToDelete(node);
  }

  #link(node: GraphNode, refs: readonly OwnerReference[]): void {
    let suspicious = false;
    for (const ref of refs) {
      const owner = this.#nodes.get(ref.uid);
      if (!owner) {
        const virtual = virtualNode(identityOfOwner(ref, node.identity.namespace));
        this.#nodes.set(ref.uid, virtual);
        virtual.dependents.add(node);
        this.#out.attemptToDelete(virtual);
        continue;
      }
      owner.dependents.add(node);
      suspicious = this.#isSuspicious(node, owner, ref) || suspicious;
    }
    if (suspicious) this.#out.attemptToDelete(node);
  }

  /** Whether the reference may not mean the object that has the UID. */
  #isSuspicious(node: GraphNode, owner: GraphNode, ref: OwnerReference): boolean {
    const elsewhere = owner.identity.namespace !== node.identity.namespace;
    if (owner.identity.namespace !== '' && elsewhere) {
      if (!owner.virtual) this.#out.invalidNamespace(node, ref.uid);
      return true;
    }
    if (!refMatches(ref, owner.identity)) return true;
    return owner.identity.namespace === '' && elsewhere && owner.virtual;
  }

  #unlink(node: GraphNode, refs: readonly OwnerReference[]): void {
    for (const ref of refs) this.#nodes.get(ref.uid)?.dependents.delete(node);
  }

  /** Whether a node that was not found under `identity` can go; if not, dependents that meant just that are looked at. */
  #virtualRemoval(node: GraphNode, identity: Identity): boolean {
    const { matching, mismatching } = partition(node, identity);
    const blameMatching = () => {
      if (matching.length === 0) return;
      this.#absent.add(identity);
      for (const dependent of matching) this.#out.attemptToDelete(dependent);
    };
    if (!node.virtual) {
      if (sameIdentity(node.identity, identity)) return true;
      blameMatching();
      return false;
    }
    if (mismatching.length === 0) return true;
    blameMatching();
    if (sameIdentity(node.identity, identity)) {
      const alternate = alternateIdentity(mismatching, identity);
      if (alternate) {
        node.identity = alternate;
        this.#out.attemptToDelete(node, true);
      }
    }
    return false;
  }
}

function virtualNode(identity: Identity): GraphNode {
  return { identity, owners: [], dependents: new Set(), deletingDependents: false, beingDeleted: false, virtual: true };
}

/** Dependents of a node by whether their reference means `identity`. A dependent can be in both. */
function partition(node: GraphNode, identity: Identity): { matching: GraphNode[]; mismatching: GraphNode[] } {
  const matching: GraphNode[] = [];
  const mismatching: GraphNode[] = [];
  for (const dependent of node.dependents) {
    const elsewhere = identity.namespace !== '' && identity.namespace !== dependent.identity.namespace;
    const refs = dependent.owners.filter((r) => r.uid === identity.uid);
    if (!elsewhere && refs.some((r) => refMatches(r, identity))) matching.push(dependent);
    if (elsewhere || refs.some((r) => !refMatches(r, identity))) mismatching.push(dependent);
  }
  return { matching, mismatching };
}

/** Another object that the dependents might mean by the UID: the next after `absent` in a fixed order, so that all get their turn. */
function alternateIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const candidates: Identity[] = [];
  for (const dependent of dependents) {
    for (const ref of dependent.owners) {
      if (ref.uid !== absent.uid) continue;
      if (refMatches(ref, absent) && (absent.namespace === '' || absent.namespace === dependent.identity.namespace)) continue;
      const sameKind = ref.apiVersion === absent.apiVersion && ref.kind === absent.kind;
      candidates.push(identityOfOwner(ref, absent.namespace === '' && sameKind ? '' : dependent.identity.namespace));
    }
  }
  const sorted = candidates.filter((c) => !sameIdentity(c, absent)).sort(compareIdentities);
  return sorted.find((c) => compareIdentities(absent, c) < 0) ?? sorted[0];
}

function compareIdentities(a: Identity, b: Identity): number {
  for (const field of ['kind', 'apiVersion', 'namespace', 'name', 'uid'] as const)
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1;
  return 0;
}

/** Dependents whose references forbid that the node goes before them. */
export function blockingDependents(node: GraphNode): GraphNode[] {
  return [...node.dependents].filter((d) => d.owners.some((r) => r.uid === node.identity.uid && r.blockOwnerDeletion === true));
}
