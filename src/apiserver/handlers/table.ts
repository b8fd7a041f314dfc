/** Tables and metadata-only forms of objects (meta.k8s.io/v1 Table, PartialObjectMetadata). */
import type { AnyObject } from '../../api/object.ts';
import type { ListResponse } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function listToTable(served: ServedResource, list: ListResponse, include: IncludeObject, nowMs: number): unknown {
  const objects = list.items.map((item) => item.object as AnyObject);
  if (served.table.compare) objects.sort(served.table.compare);
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata, columnDefinitions: columns(served), rows: objects.map((object) => row(served, object, include, nowMs)) };
}

export function objectToTable(served: ServedResource, object: AnyObject, include: IncludeObject, nowMs: number, withColumns: boolean, bookmark = false): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: object.metadata.resourceVersion },
    columnDefinitions: withColumns ? columns(served) : null,
    rows: [bookmark ? { cells: null, object: partialMetadata(object, 'v1') } : row(served, object, include, nowMs)],
  };
}

function columns(served: ServedResource): unknown[] {
  return served.table.columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }));
}

function row(served: ServedResource, object: AnyObject, include: IncludeObject, nowMs: number): unknown {
  const conditions = served.table.conditions?.(object) ?? [];
  const shown = { cells: served.table.cells(object, nowMs), ...(conditions.length > 0 && { conditions }) };
  if (include === 'None') return { ...shown, object: null };
  return { ...shown, object: include === 'Object' ? object : partialMetadata(object, 'v1') };
}

export function partialMetadata(object: AnyObject, version: string): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

export function partialMetadataList(list: ListResponse, version: string): unknown {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: list.metadata,
    items: list.items.map((item) => partialMetadata(item.object as AnyObject, version)),
  };
}
