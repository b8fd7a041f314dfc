/** Codec and ownership tracking of a built-in kind, from its schema. */
import type { AnyObject } from '../../api/object.ts';
import type { ResourceDefinition } from '../../api/surface.ts';
import { decodeObject } from '../../machinery/decode.ts';
import type { ObjectCodec } from '../served-resource.ts';
import type { Strategy } from './strategy.ts';

export function builtinCodec(definition: ResourceDefinition, strategy: Strategy): ObjectCodec {
  return {
    decode(value) {
      const { object, unknownFields } = decodeObject(definition.schemaId, value, { strict: true });
      return { object: object as AnyObject, unknownFields };
    },
    default: (object) => strategy.default?.(object),
  };
}

/** Codec of a kind that is only a request body (Binding, Eviction, TokenRequest, reviews). */
export function kindCodec(schemaId: string): ObjectCodec {
  return {
    decode(value) {
      const { object, unknownFields } = decodeObject(schemaId, value, { strict: true });
      return { object: object as AnyObject, unknownFields };
    },
    default: () => {},
  };
}
