import type { Clock } from '../../base/clock.ts';
import type { JsonObject } from '../patch/values.ts';
import { applyPatch, trackUpdate, type FieldManagerOptions } from './field-manager.ts';
import { keepTimestamps } from './keep-timestamps.ts';
import type { FieldFilter } from './reset-fields.ts';

export interface FieldManagementOptions extends Omit<FieldManagerOptions, 'subresource' | 'filter' | 'nowMs'> {
  readonly clock: Clock;
  /** For each subresource ('' for the object itself). */
  readonly filterFor?: (subresource: string) => FieldFilter | undefined;
}

interface Owner {
  readonly manager: string;
  readonly subresource: string;
}

/** Ownership for one served kind: trackUpdate() and applyPatch() with what never changes filled in. */
export interface FieldManagement<T extends JsonObject> {
  /** `next` with its managedFields. Undefined `live`: creation. */
  track(live: T | undefined, next: T, by: Owner): T;
  /** What comes of applying `patch`; to be decoded and defaulted. Throws StatusError. */
  apply(live: T | undefined, patch: T, by: Owner & { readonly force: boolean }): T;
}

export function fieldManagement<T extends JsonObject>(options: FieldManagementOptions): FieldManagement<T> {
  const { clock, filterFor, ...kind } = options;
  const request = ({ manager, subresource }: Owner) => ({
    ...kind,
    manager,
    subresource,
    filter: filterFor?.(subresource),
    nowMs: clock.now(),
  });
  return {
    track(live, next, by) {
      const tracked = trackUpdate({ ...request(by), live, next });
      return (live ? keepTimestamps(live, tracked) : tracked) as T;
    },
    apply: (live, patch, by) => applyPatch({ ...request(by), live, patch, force: by.force }) as T,
  };
}
