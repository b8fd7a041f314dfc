/** Codecs of built-in kinds, from their schema. */
import type { AnyObject } from '../../api/object.ts';
import type { ResourceDefinition } from '../../api/surface.ts';
import { DecodeError, decodeObject } from '../../machinery/decode/decode-object.ts';
import { badRequest } from '../../machinery/status-error.ts';
import type { Decoded, ObjectCodec } from '../served-resource.ts';
import { applyDefaults } from './defaults.ts';
import type { Strategy } from './strategy.ts';

export function builtinCodec(definition: ResourceDefinition, strategy: Strategy): ObjectCodec {
  return {
    decode: (value) => decode(definition.schemaId, value),
    default: (object) => {
      applyDefaults(definition.schemaId, object);
      strategy.default?.(object);
    },
  };
}

/** Codec of a kind that is only a request body (Binding, Eviction, TokenRequest, reviews). */
export function kindCodec(schemaId: string): ObjectCodec {
  return { decode: (value) => decode(schemaId, value), default: (object) => applyDefaults(schemaId, object) };
}

function decode(schemaId: string, value: unknown): Decoded {
  try {
    const { object, unknownFields } = decodeObject(schemaId, value);
    return { object: object as AnyObject, unknownFields };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const [, version = '', kind = ''] = /\/([^.]+)\.(.*)$/.exec(schemaId) ?? [];
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
}
