/** Reads custom resources: metadata by its own schema, the rest by the definition's structural schema. */
import type { AnyObject } from '../../api/object.ts';
import { DecodeError, decodeObject } from '../../machinery/decode/decode-object.ts';
import { badRequest } from '../../machinery/status-error.ts';
import type { Decoded, ObjectCodec } from '../served-resource.ts';
import { applyDefaults } from './defaulting.ts';
import { prune } from './prune.ts';
import type { Structural } from './structural.ts';

export function customCodec(kind: { readonly kind: string; readonly version: string }, schema: Structural | undefined, preserveUnknownFields: boolean): ObjectCodec {
  return {
    decode(value): Decoded {
      const { apiVersion, kind: given, metadata, ...rest } = value as AnyObject;
      const unknownFields: string[] = [];
      const meta = decodeMetadata(metadata, kind, unknownFields);
      const object = { apiVersion, kind: given, metadata: meta, ...rest } as AnyObject;
      if (schema && !preserveUnknownFields) unknownFields.push(...prune(object, schema));
      return { object, unknownFields };
    },
    default(object) {
      if (schema) applyDefaults(object, schema);
    },
  };
}

function decodeMetadata(value: unknown, { kind, version }: { readonly kind: string; readonly version: string }, unknown: string[]): AnyObject['metadata'] {
  try {
    const { object, unknownFields } = decodeObject('meta/v1.ObjectMeta', value ?? {});
    unknown.push(...unknownFields.map((f) => `metadata.${f}`));
    return object as unknown as AnyObject['metadata'];
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
}

