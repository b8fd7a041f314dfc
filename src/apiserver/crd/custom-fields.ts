/** Ownership of fields for custom resources: by their structural schema. */
import type { AnyObject } from '../../api/object.ts';
import { groupVersionString, type ResourceDefinition } from '../../api/surface.ts';
import type { Clock } from '../../base/clock.ts';
import { fieldManagement } from '../../machinery/managed-fields/field-management.ts';
import { customFilter } from '../../machinery/managed-fields/reset-fields.ts';
import { structuralType } from '../../machinery/managed-fields/structural-type.ts';
import type { FieldManagement } from '../served-resource.ts';
import type { Structural } from './structural.ts';

export function customFields(definition: ResourceDefinition, schema: Structural | undefined, clock: Clock): FieldManagement {
  const apiVersion = groupVersionString(definition);
  const subresources = definition.subresources.map((s) => s.name);
  return fieldManagement<AnyObject>({
    apiVersion, clock,
    kind: definition.kind,
    type: structuralType(schema as Readonly<Record<string, unknown>> | undefined),
    empty: { apiVersion, kind: definition.kind },
    filterFor: (subresource) => customFilter(subresources, subresource),
  });
}
