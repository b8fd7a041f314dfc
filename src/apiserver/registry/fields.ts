/** Ownership of fields for built-in kinds. */
import type { ResourceDefinition } from '../../api/surface.ts';
import { StatusError } from '../../machinery/status-error.ts';
import type { FieldManagement } from '../served-resource.ts';

export function builtinFields(definition: ResourceDefinition): FieldManagement {
  return {
    track: (_live, next) => next,
    apply: () => {
      throw new StatusError({ message: `server-side apply of ${definition.resource} is not built yet`, reason: 'NotImplemented', code: 501 });
    },
  };
}
