/** Types of built-in kinds for server-side apply, from their schema (kube-openapi schemaconv). */
import { fieldsOf, getType, type FieldSchema } from '../../api/schema.ts';
import { DEDUCED, lazy, UNTYPED, type Atom, type Lazy, type ListType } from './type.ts';

const structs = new Map<string, Lazy>();

/** The type of a schema id (`apps/v1.Deployment`). */
export function builtinType(id: string): Lazy {
  let type = structs.get(id);
  if (!type) {
    type = lazy(() => structAtom(id, undefined));
    structs.set(id, type);
  }
  return type;
}

/** `atomic` overrides what the type itself says. */
function structAtom(id: string, atomic: boolean | undefined): Atom {
  const schema = getType(id);
  const fields = new Map<string, { type: Lazy; default?: unknown }>();
  if (schema.isKind) for (const name of ['apiVersion', 'kind']) fields.set(name, { type: () => ({ scalar: 'string' }) });
  for (const [name, field] of fieldsOf(schema)) {
    fields.set(name, { type: fieldAtom(field), ...(field.default !== undefined && { default: field.default }) });
  }
  return {
    map: {
      fields,
      // An object without fields takes any.
      element: fields.size === 0 ? () => DEDUCED : undefined,
      relationship: (atomic ?? schema.atomic) ? 'atomic' : 'separable',
    },
  };
}

function fieldAtom(field: FieldSchema): Lazy {
  if (field.container === 'list') return lazy(() => ({ list: listType(field) }));
  if (field.container === 'map') {
    const element = singleAtom(field.type, undefined);
    return lazy(() => ({ map: { fields: new Map(), element, relationship: field.atomic ? 'atomic' : 'separable' } }));
  }
  return singleAtom(field.type, field.atomic);
}

function listType(field: FieldSchema): ListType {
  const element = singleAtom(field.type, undefined);
  if (field.listType === 'map') return { element, relationship: 'associative', keys: field.listMapKeys ?? [] };
  if (field.listType === 'set') return { element, relationship: 'associative', keys: [] };
  // Without a list type the patch strategy says how it merges.
  if (field.listType === undefined && field.patchStrategy?.includes('merge')) {
    return { element, relationship: 'associative', keys: field.patchMergeKey === undefined ? [] : [field.patchMergeKey] };
  }
  return { element, relationship: 'atomic', keys: [] };
}

function singleAtom(type: string, atomic: boolean | undefined): Lazy {
  switch (type) {
    case 'string':
    case 'bytes':
      return () => ({ scalar: 'string' });
    case 'int32':
    case 'int64':
    case 'double':
      return () => ({ scalar: 'numeric' });
    case 'bool':
      return () => ({ scalar: 'boolean' });
    case 'Time':
    case 'MicroTime':
    case 'Quantity':
    case 'IntOrString':
      return () => ({ scalar: 'untyped' });
    case 'RawExtension':
      return () => UNTYPED;
    case 'StringList':
      return () => ({ list: { element: () => ({ scalar: 'string' }), relationship: 'atomic', keys: [] } });
    default:
      if (!type.includes('/')) return () => DEDUCED;
      return atomic === undefined ? builtinType(type) : lazy(() => structAtom(type, atomic));
  }
}
