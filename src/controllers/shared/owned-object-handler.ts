/** Event handler for objects that controllers own: wakes the owner, the former owner, or whoever might adopt an orphan. */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import type { EventHandler, Lister } from '../../client/informer.ts';
import { controllerOf } from './controller-ref.ts';
import { semanticEqual } from './semantic-equal.ts';

export interface OwnedObjectOptions<T extends KubeObject> {
  /** Key of the owner that the reference means, or undefined when it is not one of ours. See resolveOwner. */
  readonly resolve: (namespace: string, ref: OwnerReference) => string | undefined;
  /** Keys of owners whose selector matches an object without owner. */
  readonly adopters: (object: T) => readonly string[];
  readonly enqueue: (key: string) => void;
  readonly onCreated?: (key: string, object: T) => void;
  readonly onUpdated?: (key: string, oldObject: T, newObject: T) => void;
  readonly onDeleted?: (key: string, object: T) => void;
  /** Treat an object with a deletion timestamp as deleted already (pods: the owner wants a replacement at once). */
  readonly deletionBegins?: boolean;
}

export function ownedObjectHandler<T extends KubeObject>(options: OwnedObjectOptions<T>): EventHandler<T> {
  const { resolve, adopters, enqueue } = options;
  const ownerKey = (object: T) => {
    const ref = controllerOf(object);
    return ref && resolve(object.metadata.namespace, ref);
  };
  const onDelete = (object: T) => {
    const key = ownerKey(object);
    if (key === undefined) return;
    options.onDeleted?.(key, object);
    enqueue(key);
  };
  const onAdd = (object: T) => {
    if (options.deletionBegins && object.metadata.deletionTimestamp) return onDelete(object);
    if (!controllerOf(object)) return adopters(object).forEach(enqueue);
    const key = ownerKey(object);
    if (key === undefined) return;
    options.onCreated?.(key, object);
    enqueue(key);
  };
  const onUpdate = (oldObject: T, newObject: T) => {
    if (oldObject.metadata.resourceVersion === newObject.metadata.resourceVersion) return;
    if (oldObject.metadata.uid !== newObject.metadata.uid) {
      onDelete(oldObject);
      return onAdd(newObject);
    }
    const labelsChanged = !semanticEqual(oldObject.metadata.labels, newObject.metadata.labels);
    if (options.deletionBegins && newObject.metadata.deletionTimestamp) {
      onDelete(newObject);
      if (labelsChanged) onDelete(oldObject);
      return;
    }
    const oldRef = controllerOf(oldObject);
    const newRef = controllerOf(newObject);
    const refChanged = !semanticEqual(oldRef, newRef);
    if (refChanged && oldRef) {
      const key = resolve(oldObject.metadata.namespace, oldRef);
      if (key !== undefined) enqueue(key);
    }
    if (newRef) {
      const key = resolve(newObject.metadata.namespace, newRef);
      if (key === undefined) return;
      enqueue(key);
      options.onUpdated?.(key, oldObject, newObject);
    } else if (labelsChanged || refChanged) {
      adopters(newObject).forEach(enqueue);
    }
  };
  return { onAdd, onUpdate, onDelete };
}

/** The usual `resolve`: the owner by kind and name in the same namespace, with the same UID. */
export function resolveOwner<T extends KubeObject>(
  lister: Lister<T>,
  kind: string,
): (namespace: string, ref: OwnerReference) => string | undefined {
  return (namespace, ref) => {
    if (ref.kind !== kind) return undefined;
    const key = `${namespace}/${ref.name}`;
    return lister.get(key)?.metadata.uid === ref.uid ? key : undefined;
  };
}
