/** managedFields between a workload and its scale subresource (apimachinery managedfields.ScaleHandler). */
import type { ManagedFieldsEntry } from '../../api/meta/v1.gen.ts';
import { FieldSet } from './field-set.ts';
import { decodeManagers, encodeManagers, type ManagedSet, type Managers } from './managers.ts';
import { fieldPathOf, type Path } from './path-element.ts';

const SCALE_VERSION = 'autoscaling/v1';
const REPLICAS_IN_SCALE = fieldPathOf('spec', 'replicas');

/** Where each version of the workload has its replicas: `{ 'apps/v1': fieldPathOf('spec', 'replicas') }`. */
export type ReplicasPaths = Readonly<Record<string, Path | undefined>>;

const pathIn = (paths: ReplicasPaths, apiVersion: string): Path | undefined =>
  Object.hasOwn(paths, apiVersion) ? paths[apiVersion] : undefined;

/** The entries that own the replicas, as entries of the Scale object. Throws ManagedFieldsError. */
export function scaleEntries(parent: readonly ManagedFieldsEntry[] | undefined, paths: ReplicasPaths): ManagedFieldsEntry[] | undefined {
  const out: Managers = new Map();
  for (const [id, managed] of decodeManagers(parent)) {
    const path = pathIn(paths, managed.apiVersion);
    if (path && managed.set.has(path)) out.set(id, { ...managed, set: FieldSet.of(REPLICAS_IN_SCALE), apiVersion: SCALE_VERSION });
  }
  return encodeManagers(out);
}

/** The workload's entries after its Scale object got these. `apiVersion`: of the workload. Throws ManagedFieldsError. */
export function parentEntries(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const before = decodeManagers(parent);
  const owners = decodeManagers(scale);
  const out: Managers = new Map();
  for (const [id, managed] of before) {
    if (!Object.hasOwn(paths, managed.apiVersion)) continue;
    const kept = withoutStolen(managed, pathIn(paths, managed.apiVersion), owners.has(id));
    if (kept) out.set(id, kept);
    if (kept === managed && owners.has(id)) owners.delete(id);
  }
  const path = pathIn(paths, apiVersion);
  for (const [id, managed] of owners) {
    if (path && managed.set.has(REPLICAS_IN_SCALE)) out.set(id, { ...managed, set: FieldSet.of(path), apiVersion });
  }
  return encodeManagers(out);
}

/** An owner of the replicas that no longer owns them in the Scale object lost them. */
function withoutStolen(managed: ManagedSet, path: Path | undefined, stillOwner: boolean): ManagedSet | undefined {
  if (!path || !managed.set.has(path) || stillOwner) return managed;
  const set = managed.set.difference(FieldSet.of(path));
  return set.empty ? undefined : { ...managed, set };
}
