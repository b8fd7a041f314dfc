/** Ownership of fields for built-in kinds. */
import type { AnyObject } from '../../api/object.ts';
import { groupVersionString, type ResourceDefinition } from '../../api/surface.ts';
import type { Clock } from '../../base/clock.ts';
import { decodeObject } from '../../machinery/decode.ts';
import { builtinType } from '../../machinery/managed-fields/builtin-type.ts';
import { fieldManagement } from '../../machinery/managed-fields/field-management.ts';
import { builtinFilter } from '../../machinery/managed-fields/reset-fields.ts';
import type { FieldManagement } from '../served-resource.ts';

export function builtinFields(definition: ResourceDefinition, clock: Clock): FieldManagement {
  const { group, resource, kind, schemaId } = definition;
  const apiVersion = groupVersionString(definition);
  const subresources = definition.subresources.map((s) => s.name);
  // Made when first needed: most kinds are never written between start and stop of a small cluster.
  let made: FieldManagement | undefined;
  const management = () =>
    (made ??= fieldManagement<AnyObject>({
      apiVersion, kind, clock,
      type: builtinType(schemaId),
      empty: decodeObject(schemaId, { apiVersion, kind }).object,
      filterFor: (subresource) => builtinFilter(group, resource, subresources, subresource),
    }));
  return {
    track: (live, next, by) => management().track(live, next, by),
    apply: (live, patch, by) => management().apply(live, patch, by),
  };
}
