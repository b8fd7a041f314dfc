import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';

const DELETED = -1;

/**
 * Remembers which generation of each slice was written last, so that a cache that lags behind is recognised (k8s.io/endpointslice/util/endpointslice_tracker.go).
 * Keys: the service's `namespace/name`.
 */
export class SliceTracker {
  readonly #generations = new Map<string, Map<string, number>>();

  /** A slice was created or updated, with this answer. */
  written(key: string, slice: EndpointSlice): void {
    const generations = this.#generations.get(key) ?? new Map<string, number>();
    generations.set(slice.metadata.uid, slice.metadata.generation ?? 0);
    this.#generations.set(key, generations);
  }

  deleted(key: string, slice: EndpointSlice): void {
    this.#generations.get(key)?.set(slice.metadata.uid, DELETED);
  }

  /** Whether the cached slices are older than what was written. */
  isStale(key: string, cached: readonly EndpointSlice[]): boolean {
    const generations = this.#generations.get(key);
    if (!generations) return false;
    const seen = new Set<string>();
    for (const { metadata } of cached) {
      const known = generations.get(metadata.uid);
      if (known === DELETED || (known !== undefined && known > (metadata.generation ?? 0))) return true;
      seen.add(metadata.uid);
    }
    for (const [uid, generation] of generations) if (generation > DELETED && !seen.has(uid)) return true;
    return false;
  }

  /** Whether this version of a slice is none of ours: somebody else changed it. */
  isForeign(key: string, slice: EndpointSlice): boolean {
    const known = this.#generations.get(key)?.get(slice.metadata.uid);
    return known === undefined || (slice.metadata.generation ?? 0) > known;
  }

  /** The deletion arrived. False when it was not ours. */
  deletionSeen(key: string, slice: EndpointSlice): boolean {
    const generations = this.#generations.get(key);
    const known = generations?.get(slice.metadata.uid);
    generations?.delete(slice.metadata.uid);
    return known === undefined || known === DELETED;
  }

  forget(key: string): void {
    this.#generations.delete(key);
  }
}
