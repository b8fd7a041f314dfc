/** Types as server-side apply sees them: what owns what (sigs.k8s.io/structured-merge-diff schema). */
export type ScalarKind = 'string' | 'numeric' | 'boolean' | 'untyped';

export interface ListType {
  readonly element: Lazy;
  /** atomic: owned as a whole; associative: owned item by item. */
  readonly relationship: 'atomic' | 'associative';
  /** Fields that tell items apart; empty for a set of scalars. */
  readonly keys: readonly string[];
}

export interface MapType {
  readonly fields: ReadonlyMap<string, { readonly type: Lazy; readonly default?: unknown }>;
  /** Of keys that are no declared field; undefined when there may be none. */
  readonly element: Lazy | undefined;
  /** separable: owned field by field. */
  readonly relationship: 'atomic' | 'separable';
}

/** What a value may be; several at once for untyped places. */
export interface Atom {
  readonly scalar?: ScalarKind;
  readonly list?: ListType;
  readonly map?: MapType;
}

/** Types refer to each other and to themselves. */
export type Lazy = () => Atom;

export const lazy = (make: () => Atom): Lazy => {
  let made: Atom | undefined;
  return () => (made ??= make());
};

const NO_FIELDS: MapType['fields'] = new Map();

/** Anything, owned as a whole. */
export const UNTYPED: Atom = {
  scalar: 'untyped',
  list: { element: () => UNTYPED, relationship: 'atomic', keys: [] },
  map: { fields: NO_FIELDS, element: () => UNTYPED, relationship: 'atomic' },
};

/** Anything; maps field by field, lists as a whole. For kinds without a schema. */
export const DEDUCED: Atom = {
  scalar: 'untyped',
  list: { element: () => UNTYPED, relationship: 'atomic', keys: [] },
  map: { fields: NO_FIELDS, element: () => DEDUCED, relationship: 'separable' },
};

export type Kind = 'map' | 'scalar' | 'list';

/** Which form of the type a value takes; for null, absent and ill-fitting values the first that the type has. */
export function kindOf(atom: Atom, value: unknown): Kind | undefined {
  if (value !== undefined && value !== null) {
    if (typeof value !== 'object') {
      if (atom.scalar !== undefined) return 'scalar';
    } else if (Array.isArray(value)) {
      if (atom.list) return 'list';
    } else if (atom.map) return 'map';
  }
  return atom.map ? 'map' : atom.scalar !== undefined ? 'scalar' : atom.list ? 'list' : undefined;
}

/** True when the value settles which form it is, or the type has only one. */
export function isSettled(atom: Atom, value: unknown): boolean {
  const forms = Number(atom.map !== undefined) + Number(atom.scalar !== undefined) + Number(atom.list !== undefined);
  return forms < 2 || (value !== undefined && value !== null);
}

export const fieldType = (map: MapType, name: string): Lazy | undefined => map.fields.get(name)?.type ?? map.element;

/** The value does not fit the type. */
export class TypedError extends Error {}
