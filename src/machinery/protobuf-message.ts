/** Encoders and decoders of API types in protobuf, compiled from the schema on first use (k8s.io/api generated.proto, gogo's rules). */
import { getType, type FieldSchema, type TypeSchema } from '../api/schema.ts';
import { ProtoError, type ProtoReader } from '../wire/protobuf/reader.ts';
import { BYTES, VARINT, FIXED64, type ProtoWriter } from '../wire/protobuf/writer.ts';
import { isSpecial, readSpecial, writeSpecial } from './protobuf-special.ts';

type Value = Record<string, unknown>;

export interface MessageCodec {
  write(writer: ProtoWriter, value: Value): void;
  /** Into `target`, so that embedded structs share their parent's object. */
  read(reader: ProtoReader, target: Value, depth: number): void;
}

/** Messages nest at most so deep (gogo's and Go's own limit is 10,000; no API type comes near). */
const MAX_DEPTH = 500;
const codecs = new Map<string, MessageCodec>();

export function messageCodec(typeId: string): MessageCodec {
  let codec = codecs.get(typeId);
  if (!codec) {
    codec = compile(getType(typeId));
    codecs.set(typeId, codec);
  }
  return codec;
}

function compile(type: TypeSchema): MessageCodec {
  const byNumber = new Map(type.declared.map((f) => [f.number, f]));
  // Gogo writes fields by number, whatever the order of Go's struct.
  const ordered = [...type.declared].sort((a, b) => a.number - b.number);
  return {
    write(writer, value) {
      for (const field of ordered) writeField(writer, field, value);
    },
    read(reader, target, depth) {
      if (depth > MAX_DEPTH) throw new ProtoError('proto: message nests too deeply');
      while (!reader.done) {
        const { field: number, wireType } = reader.tag();
        const field = byNumber.get(number);
        if (!field) reader.skip(wireType);
        else readField(reader, field, wireType, target, depth);
      }
    },
  };
}

function writeField(writer: ProtoWriter, field: FieldSchema, value: Value): void {
  if (field.inline !== undefined) {
    writer.tag(field.number, BYTES);
    writer.nested(() => messageCodec(field.type).write(writer, value));
    return;
  }
  const current = value[field.name];
  if (field.container === 'list') {
    if (field.type === 'bytes' || Array.isArray(current)) for (const item of (current ?? []) as unknown[]) writeOne(writer, field.number, field.type, item);
  } else if (field.container === 'map') writeMap(writer, field, (current ?? {}) as Value);
  else if (current !== undefined && current !== null) writeOne(writer, field.number, field.type, current);
  // What Go holds by value is written even when it is zero.
  else if (!field.pointer && field.type !== 'bytes') writeOne(writer, field.number, field.type, undefined);
}

function writeMap(writer: ProtoWriter, field: FieldSchema, map: Value): void {
  for (const key of Object.keys(map).sort(byBytes)) {
    writer.tag(field.number, BYTES);
    writer.nested(() => {
      writer.tag(1, BYTES);
      writer.text(key);
      writeOne(writer, 2, field.type, map[key]);
    });
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function writeOne(writer: ProtoWriter, number: number, type: string, value: unknown): void {
  switch (type) {
    case 'string':
      writer.tag(number, BYTES);
      return writer.text((value as string | undefined) ?? '');
    case 'bytes':
      writer.tag(number, BYTES);
      return writer.bytes(Buffer.from((value as string | undefined) ?? '', 'base64'));
    case 'int32':
    case 'int64':
      writer.tag(number, VARINT);
      return writer.int((value as number | bigint | undefined) ?? 0);
    case 'bool':
      writer.tag(number, VARINT);
      return writer.varint(value === true ? 1 : 0);
    case 'double':
      writer.tag(number, FIXED64);
      return writer.double((value as number | undefined) ?? 0);
    default:
      writer.tag(number, BYTES);
      writer.nested(() => (isSpecial(type) ? writeSpecial(writer, type, value) : messageCodec(type).write(writer, (value as Value | undefined) ?? {})));
  }
}

function readField(reader: ProtoReader, field: FieldSchema, wireType: number, target: Value, depth: number): void {
  expectWireType(field, wireType);
  if (field.inline !== undefined) return messageCodec(field.type).read(reader.nested(), target, depth + 1);
  if (field.container === 'list') {
    const list = (target[field.name] ??= []) as unknown[];
    list.push(readOne(reader, field.type, depth));
  } else if (field.container === 'map') readMapEntry(reader.nested(), field, target, depth);
  else target[field.name] = readOne(reader, field.type, depth);
}

function expectWireType(field: FieldSchema, wireType: number): void {
  const single = field.container !== 'map' && field.inline === undefined;
  const expected = single && (field.type === 'int32' || field.type === 'int64' || field.type === 'bool') ? VARINT : single && field.type === 'double' ? FIXED64 : BYTES;
  if (wireType !== expected) throw new ProtoError(`proto: wrong wireType = ${wireType} for field ${field.inline ?? field.name}`);
}

function readMapEntry(reader: ProtoReader, field: FieldSchema, target: Value, depth: number): void {
  const map = (target[field.name] ??= {}) as Value;
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const { field: number, wireType } = reader.tag();
    if (number === 1) key = reader.text();
    else if (number === 2) value = readOne(reader, field.type, depth);
    else reader.skip(wireType);
  }
  Object.defineProperty(map, key, { value: value ?? (field.type === 'string' ? '' : {}), enumerable: true, configurable: true, writable: true });
}

function readOne(reader: ProtoReader, type: string, depth: number): unknown {
  switch (type) {
    case 'string':
      return reader.text();
    case 'bytes':
      return reader.bytes().toString('base64');
    case 'int32':
      return reader.int32();
    case 'int64':
      return reader.int64();
    case 'bool':
      return reader.bool();
    case 'double':
      return reader.double();
    default: {
      const nested = reader.nested();
      if (isSpecial(type)) return readSpecial(nested, type, depth);
      const value: Value = {};
      messageCodec(type).read(nested, value, depth + 1);
      return value;
    }
  }
}
