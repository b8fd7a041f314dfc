import type { StorageClass } from '../../api/storage/v1.gen.ts';
import { compareCreation } from '../shared/sort-by-creation.ts';

const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** The class for claims that name none: the newest that is marked as default, of the same age the first by name. */
export function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const marked = classes.filter((c) => DEFAULT.some((key) => c.metadata.annotations?.[key] === 'true'));
  const newest = marked
    .map((c) => c.metadata.creationTimestamp)
    .sort()
    .at(-1);
  return marked.filter((c) => c.metadata.creationTimestamp === newest).sort(compareCreation)[0];
}
