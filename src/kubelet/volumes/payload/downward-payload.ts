import { normalize } from 'node:path';
import type { DownwardAPIVolumeFile, Pod } from '../../../api/core/v1.gen.ts';
import { errorMessage } from '../../../base/log.ts';
import { fieldPathValue } from '../../env/field-path.ts';
import { resourceFieldValue, type Allocatable } from '../../env/resource-field.ts';
import { aggregate } from './aggregate.ts';
import type { Payload } from './file-projection.ts';

/** Files of the downward API. Throws when a field or resource cannot be told. */
export function downwardPayload(items: readonly DownwardAPIVolumeFile[], pod: Pod, allocatable: Allocatable, defaultMode: number): Payload {
  const payload: Payload = new Map();
  const errors: string[] = [];
  for (const { path, mode, fieldRef, resourceFieldRef } of items) {
    try {
      let text = '';
      if (fieldRef) text = fieldPathValue(pod, fieldRef.fieldPath);
      else if (resourceFieldRef) text = resourceFieldValue(resourceFieldRef, pod, undefined, allocatable);
      payload.set(normalize(path), { data: Buffer.from(text, 'utf8'), mode: mode ?? defaultMode });
    } catch (error) {
      errors.push(errorMessage(error));
    }
  }
  if (errors.length > 0) throw aggregate(errors);
  return payload;
}
