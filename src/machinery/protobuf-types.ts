/** Codecs of API types in protobuf, from their schema. */
import { getType, SCALARS, type FieldSchema } from '../api/schema.ts';
import { compileMessages, type FieldDescription, type MessageCodec, type ScalarType } from '../wire/protobuf/message.ts';
import { specialCodecs } from './protobuf-special.ts';

/** The codec of a schema id (`core/v1.Pod`). */
export const messageCodec: (id: string) => MessageCodec = compileMessages((id) => getType(id).declared.map(describeField));

const specials = specialCodecs(() => messageCodec('apiextensions/v1.JSONSchemaProps'));

function describeField(field: FieldSchema): FieldDescription {
  const { name, number, container, pointer, inline } = field;
  return { name, number, type: describeType(field.type), shape: container, pointer, embedded: inline !== undefined };
}

function describeType(type: string): FieldDescription['type'] {
  if (SCALARS.has(type)) return type as ScalarType;
  const codec = specials.get(type);
  return codec ? { codec } : { message: type };
}
