/** Contract of shared informers (k8s.io/client-go/tools/cache): a local, watched copy of a collection. Implementation: shared-informer.ts. */
import type { KubeObject } from '../api/object.ts';
import type { ResourceRef } from './client.ts';

export interface EventHandler<T> {
  /** `initial`: the object was there when the informer (or this handler) began. */
  onAdd?(object: T, initial: boolean): void;
  onUpdate?(oldObject: T, newObject: T): void;
  /** `object` is the last state known; `unknownFinalState` when the deletion itself was missed. */
  onDelete?(object: T, unknownFinalState: boolean): void;
}

export interface Lister<T> {
  /** Key: `namespace/name`, or `name` for cluster-scoped kinds. */
  get(key: string): T | undefined;
  list(namespace?: string): T[];
  /** Objects whose index function returned `value`. Throws when no such index was added. */
  byIndex(index: string, value: string): T[];
}

export interface Informer<T extends KubeObject> {
  readonly ref: ResourceRef<T>;
  readonly lister: Lister<T>;
  /** True once the first list is in the store. */
  readonly hasSynced: boolean;
  /** Resolves once synced. */
  synced(): Promise<void>;
  /** Handlers run one after another, in the order of events. Returns how to remove it. A late handler first gets everything as initial adds. */
  addHandler(handler: EventHandler<T>): () => void;
  /** May be called at any time; an index that exists already under the name is kept. */
  addIndex(name: string, values: (object: T) => readonly string[]): void;
}

export interface InformerSelector {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface InformerFactory {
  /** The shared informer of this resource (and selector), made and started on first use. */
  informer<T extends KubeObject>(ref: ResourceRef<T>, selector?: InformerSelector): Informer<T>;
  /** Resolves when every informer made so far has synced. */
  synced(): Promise<void>;
  /** Ends every watch. */
  stop(): Promise<void>;
}
