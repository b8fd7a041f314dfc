/** What a list, watch or deletecollection selects: namespace, name, labels, fields. */
import type { AnyObject } from '../../api/object.ts';
import { parseFieldSelector } from '../../machinery/selectors/field-selector.ts';
import { parseLabelSelector } from '../../machinery/selectors/parse-label-selector.ts';
import { badRequest } from '../../machinery/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { RequestInfo } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';

export interface Selection {
  /** Keys to look under. */
  readonly prefix: string;
  /** Exactly this key, when the selector names one object. */
  readonly key?: string;
  /** Undefined when everything under the prefix matches. */
  readonly matches?: (object: CachedObject) => boolean;
  /** What is left to check on the served form, where converting takes a call. */
  readonly matchesServed?: (object: AnyObject) => boolean;
  /** Value of `spec.nodeName` when the fields ask for exactly one: watches are routed by it. */
  readonly nodeName?: string;
}

export function selection(served: ServedResource, info: RequestInfo): Selection {
  const { store, definition } = served;
  const labels = parseLabels(info.labelSelector ?? '');
  const allowed = new Set(['metadata.name', ...(definition.namespaced ? ['metadata.namespace'] : []), ...(served.selectable?.names ?? store.strategy.selectableFieldNames ?? [])]);
  const fields = parseFields(info.fieldSelector ?? '', allowed);
  const exact = (field: string) => fields.requirements.find((r) => r.field === field && r.operator === '=')?.value;
  const name = info.name !== '' ? info.name : exact('metadata.name');
  const namespace = info.namespace !== '' ? info.namespace : definition.namespaced ? exact('metadata.namespace') : undefined;
  const prefix = definition.namespaced && namespace ? `${store.prefix}${namespace}/` : store.prefix;
  const key = name !== undefined && name !== '' && (!definition.namespaced || namespace) ? store.key(namespace ?? '', name) : undefined;
  const later = served.convertsSlowly === true && !fields.empty;
  const fieldsMatch = (object: AnyObject) => fields.matches((field) => fieldValue(served, object, field));
  const matches = labels.empty && (fields.empty || later) ? undefined : (cached: CachedObject) => {
    const object = cached.object as AnyObject;
    return (labels.empty || labels.matches(object.metadata.labels ?? {})) && (fields.empty || later || fieldsMatch(object));
  };
  const nodeName = exact('spec.nodeName');
  return { prefix, ...(key !== undefined && { key }), ...(matches && { matches }), ...(later && { matchesServed: fieldsMatch }), ...(nodeName !== undefined && { nodeName }) };
}

function fieldValue(served: ServedResource, object: AnyObject, field: string): string {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return (served.selectable?.read(object) ?? served.store.strategy.selectableFields?.(object))?.[field] ?? '';
}

function parseLabels(text: string) {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(`unable to parse requirement: ${error instanceof Error ? error.message : String(error)}`.replace(/^(unable to parse requirement: )+/, '$1'));
  }
}

function parseFields(text: string, allowed: ReadonlySet<string>) {
  try {
    return parseFieldSelector(text, (field, value) => {
      if (!allowed.has(field)) throw badRequest(`field label not supported: ${field}`);
      return [field, value];
    });
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
