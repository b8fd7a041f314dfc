import type { KubeObject } from '../../api/object.ts';

/** Older first; of the same age by name. */
export function compareCreation(a: KubeObject, b: KubeObject): number {
  const byTime = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  if (byTime !== 0 && !Number.isNaN(byTime)) return byTime;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
