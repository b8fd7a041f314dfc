/** Read access to what the server holds, for its own parts (authorizers, admission, allocation): from the watch caches, without a request. */
import type { AnyObject } from '../../api/object.ts';

export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: AnyObject;
}

export interface ObjectReader {
  get(namespace: string, name: string): AnyObject | undefined;
  list(namespace?: string): AnyObject[];
  /** Calls back for every object there is (as ADDED) and every later change. Returns how to stop. */
  subscribe(onEvent: (event: ObjectEvent) => void): () => void;
}

export interface RegistryReader {
  /** Objects in their stored form. Throws when the server has no such resource. */
  reader(group: string, resource: string): ObjectReader;
  /** Writes made by the server itself (bootstrap objects, allocations); pass admission-free but validated storage. Rejects with StatusError. */
  create(group: string, resource: string, object: AnyObject): Promise<AnyObject>;
  update(group: string, resource: string, namespace: string, name: string, change: (current: AnyObject) => AnyObject): Promise<AnyObject>;
  delete(group: string, resource: string, namespace: string, name: string): Promise<void>;
}
