/** A resource as it is served: its definition, its store, how its objects are read and shown. Built-in and custom resources are the same here. */
import type { AnyObject } from '../api/object.ts';
import type { ResourceDefinition, SubresourceDefinition } from '../api/surface.ts';
import type { ApiResponse, RequestContext } from './request.ts';
import type { ResourceStore } from './registry/store.ts';
import type { TableConverter } from './registry/strategy.ts';

export interface Decoded {
  /** A fresh copy in the served version, defaulted. */
  readonly object: AnyObject;
  /** Paths of fields the schema does not know, e.g. `spec.foo`. */
  readonly unknownFields: readonly string[];
}

/** Reads JSON values into objects of one served version. */
export interface ObjectCodec {
  /** Checks types, drops unknown fields, puts the fields in order. Rejects with 400. */
  decode(value: unknown): Decoded;
  /** Fills in defaults, in place. */
  default(object: AnyObject): void;
}

/** Translation between the served version and the stored one; absent where they are the same. */
export interface VersionConversion {
  toStored(object: AnyObject): AnyObject | Promise<AnyObject>;
  fromStored(object: AnyObject): AnyObject | Promise<AnyObject>;
}

/** Server-side apply and ownership tracking for one served version. */
export interface FieldManagement {
  /** Records who changed what between `live` and `next`; gives the object with its managedFields. */
  track(live: AnyObject | undefined, next: AnyObject, by: FieldOwner): AnyObject;
  /** The object that results from applying `patch`; undefined `live`: creation. Rejects with 409 on conflicts. */
  apply(live: AnyObject | undefined, patch: AnyObject, by: FieldOwner & { readonly force: boolean }): AnyObject;
}

export interface FieldOwner {
  readonly manager: string;
  readonly subresource: string;
}

/** A subresource with behaviour of its own (scale, binding, eviction, log, exec, ...). */
export interface SubresourceHandler {
  handle(context: RequestContext, served: ServedResource): Promise<ApiResponse>;
}

export interface ServedResource {
  readonly definition: ResourceDefinition;
  /** Undefined for resources that are computed, not stored (reviews): then `virtual` answers. */
  readonly store: ResourceStore;
  readonly codec: ObjectCodec;
  readonly fields: FieldManagement;
  readonly convert?: VersionConversion;
  /** The conversion asks a webhook: fields for selectors are known only afterwards. */
  readonly convertsSlowly?: boolean;
  readonly table: TableConverter;
  /** Fields for selectors where they differ between versions (custom resources); the strategy's when left out. */
  readonly selectable?: { readonly names: readonly string[]; read(object: AnyObject): Record<string, string> };
  /** Offered in protobuf (built-in kinds only). */
  readonly protobuf: boolean;
  /** Strategic merge patch by this schema; undefined: refused with 415 (custom resources). */
  readonly strategicSchemaId?: string;
  readonly subresources: ReadonlyMap<string, SubresourceHandler>;
  /** Subresources that change the parent object through the ordinary update path (status, resize, ephemeralcontainers, ...). */
  readonly objectSubresources: ReadonlyMap<string, ObjectSubresource>;
}

export interface ObjectSubresource {
  readonly definition: SubresourceDefinition;
  readonly part: 'status' | 'main';
  readonly override?: Pick<import('./registry/strategy.ts').Strategy, 'prepareForUpdate' | 'validateUpdate'>;
}
