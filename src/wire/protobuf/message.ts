/**
 * Codecs between protobuf messages and JSON values, compiled from descriptions. The rules are gogo's, as Kubernetes uses it: what Go holds by
 * value is always written, map entries are sorted by key, bytes are base64 text in the JSON value.
 */
import { setKey } from '../json/set-key.ts';
import { ProtoError, type ProtoReader } from './reader.ts';
import type { ReverseWriter } from './reverse-writer.ts';
import { BYTES, FIXED64, VARINT } from './writer.ts';

export type ScalarType = 'string' | 'bytes' | 'int32' | 'int64' | 'bool' | 'double';
export type JsonValue = Record<string, unknown>;

/** A message whose JSON form is no object of its fields. */
export interface ValueCodec {
  /** Writes the body; undefined or null: Go's zero value. */
  write(writer: ReverseWriter, value: unknown): void;
  /** Reads the body up to the reader's end. undefined: absent in JSON. */
  read(reader: ProtoReader): unknown;
}

export interface FieldDescription {
  /** JSON name; unused for embedded structs. */
  readonly name: string;
  readonly number: number;
  readonly type: ScalarType | { readonly message: string } | { readonly codec: ValueCodec };
  readonly shape: 'one' | 'list' | 'map';
  /** Absent and zero differ: only written when present. */
  readonly pointer: boolean;
  /** An embedded struct: a message of its own in protobuf, its fields are the parent's in JSON. */
  readonly embedded: boolean;
}

export interface MessageCodec {
  write(writer: ReverseWriter, value: JsonValue): void;
  /** Fields are added to `target`. */
  read(reader: ProtoReader, target: JsonValue): void;
}

/** `describe` gives the fields of a message; each is compiled when first used. */
export function compileMessages(describe: (id: string) => readonly FieldDescription[]): (id: string) => MessageCodec {
  const codecs = new Map<string, MessageCodec>();
  const codecOf = (id: string): MessageCodec => {
    let codec = codecs.get(id);
    if (!codec) {
      codec = compile(describe(id), codecOf);
      codecs.set(id, codec);
    }
    return codec;
  };
  return codecOf;
}

interface Field {
  readonly name: string;
  readonly number: number;
  readonly wireType: number;
  write(writer: ReverseWriter, parent: JsonValue): void;
  read(reader: ProtoReader, target: JsonValue): void;
}

function compile(descriptions: readonly FieldDescription[], codecOf: (id: string) => MessageCodec): MessageCodec {
  // Fields are written by number, whatever their order in Go; from the last to the first, since the writer goes backwards.
  const fields = descriptions.map((d) => compileField(d, codecOf)).sort((a, b) => b.number - a.number);
  const byNumber: (Field | undefined)[] = [];
  for (const field of fields) byNumber[field.number] = field;
  return {
    write(writer, value) {
      for (const field of fields) field.write(writer, value);
    },
    read(reader, target) {
      while (!reader.done) {
        const tag = reader.tagNumber();
        const field = byNumber[tag >>> 3];
        if (!field) reader.skip(tag & 7);
        else if (field.wireType !== (tag & 7)) throw new ProtoError(`proto: wrong wireType = ${tag & 7} for field ${field.name}`);
        else field.read(reader, target);
      }
    },
  };
}

/** One value: its body behind the tag. */
interface Single {
  readonly wireType: number;
  write(writer: ReverseWriter, value: unknown): void;
  read(reader: ProtoReader): unknown;
  /** What an absent map value or list item reads as. */
  readonly zero: () => unknown;
}

function compileField(description: FieldDescription, codecOf: (id: string) => MessageCodec): Field {
  const { name, number } = description;
  if (description.embedded) return embedded(description, codecOf);
  const single = compileSingle(description.type, codecOf);
  switch (description.shape) {
    case 'list':
      return listField(name, number, single);
    case 'map':
      return mapField(name, number, single);
    default:
      return singleField(description, single);
  }
}

function embedded({ type, number }: FieldDescription, codecOf: (id: string) => MessageCodec): Field {
  const id = typeof type === 'object' && 'message' in type ? type.message : '';
  return {
    name: id,
    number,
    wireType: BYTES,
    write(writer, parent) {
      const start = writer.length;
      codecOf(id).write(writer, parent);
      writer.varint(writer.length - start);
      writer.tag(number, BYTES);
    },
    read(reader, target) {
      const outer = reader.enter();
      codecOf(id).read(reader, target);
      reader.leave(outer);
    },
  };
}

function singleField({ name, number, type, pointer }: FieldDescription, single: Single): Field {
  const { wireType } = single;
  // A nil slice of bytes is not written, though Go holds it by value.
  const always = !pointer && type !== 'bytes';
  return {
    name,
    number,
    wireType,
    write(writer, parent) {
      const value = parent[name];
      if ((value === undefined || value === null) && !always) return;
      single.write(writer, value);
      writer.tag(number, wireType);
    },
    read(reader, target) {
      const value = single.read(reader);
      if (value !== undefined) target[name] = value;
    },
  };
}

function listField(name: string, number: number, single: Single): Field {
  const { wireType } = single;
  return {
    name,
    number,
    wireType,
    write(writer, parent) {
      const list = parent[name];
      if (!Array.isArray(list)) return;
      for (let i = list.length - 1; i >= 0; i--) {
        single.write(writer, list[i]);
        writer.tag(number, wireType);
      }
    },
    read(reader, target) {
      const list = (target[name] ??= []) as unknown[];
      list.push(single.read(reader) ?? null);
    },
  };
}

function mapField(name: string, number: number, single: Single): Field {
  return {
    name,
    number,
    wireType: BYTES,
    write(writer, parent) {
      const map = parent[name];
      if (typeof map !== 'object' || map === null) return;
      const keys = Object.keys(map);
      if (keys.length > 1) keys.sort(compareBytes);
      for (let i = keys.length - 1; i >= 0; i--) {
        const key = keys[i] as string;
        const start = writer.length;
        single.write(writer, (map as JsonValue)[key]);
        writer.tag(2, single.wireType);
        writer.text(key);
        writer.tag(1, BYTES);
        writer.varint(writer.length - start);
        writer.tag(number, BYTES);
      }
    },
    read(reader, target) {
      const map = (target[name] ??= {}) as JsonValue;
      const outer = reader.enter();
      let key = '';
      let value: unknown;
      while (!reader.done) {
        const tag = reader.tagNumber();
        if (tag === 1 * 8 + BYTES) key = reader.text();
        else if (tag === 2 * 8 + single.wireType) value = single.read(reader);
        else reader.skip(tag & 7);
      }
      reader.leave(outer);
      setKey(map, key, value === undefined ? single.zero() : value);
    },
  };
}

/** Order of UTF-8; the same as that of UTF-16 below the surrogates. */
function compareBytes(a: string, b: string): number {
  return /[\ud800-\udfff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : a > b ? 1 : 0;
}

const SCALARS: Readonly<Record<ScalarType, Single>> = {
  string: { wireType: BYTES, write: (w, value) => w.text((value as string | undefined) ?? ''), read: (r) => r.text(), zero: () => '' },
  bytes: {
    wireType: BYTES,
    write: (w, value) => w.bytes(Buffer.from((value as string | undefined) ?? '', 'base64')),
    read: (r) => r.bytes().toString('base64'),
    zero: () => '',
  },
  int32: { wireType: VARINT, write: writeInt, read: (r) => r.int32(), zero: () => 0 },
  int64: { wireType: VARINT, write: writeInt, read: (r) => r.int64(), zero: () => 0 },
  bool: { wireType: VARINT, write: (w, value) => w.varint(value === true ? 1 : 0), read: (r) => r.bool(), zero: () => false },
  double: { wireType: FIXED64, write: (w, value) => w.double((value as number | undefined) ?? 0), read: (r) => r.double(), zero: () => 0 },
};

function writeInt(writer: ReverseWriter, value: unknown): void {
  writer.int((value as number | bigint | undefined) ?? 0);
}

function compileSingle(type: FieldDescription['type'], codecOf: (id: string) => MessageCodec): Single {
  if (typeof type === 'string') return SCALARS[type];
  if ('codec' in type) return codecSingle(type.codec);
  const id = type.message;
  let codec: MessageCodec | undefined;
  return {
    wireType: BYTES,
    write(writer, value) {
      codec ??= codecOf(id);
      const start = writer.length;
      codec.write(writer, (value as JsonValue | undefined) ?? {});
      writer.varint(writer.length - start);
    },
    read(reader) {
      codec ??= codecOf(id);
      const outer = reader.enter();
      const value: JsonValue = {};
      codec.read(reader, value);
      reader.leave(outer);
      return value;
    },
    zero: () => ({}),
  };
}

function codecSingle(codec: ValueCodec): Single {
  return {
    wireType: BYTES,
    write(writer, value) {
      const start = writer.length;
      codec.write(writer, value);
      writer.varint(writer.length - start);
    },
    read(reader) {
      const outer = reader.enter();
      const value = codec.read(reader);
      reader.leave(outer);
      return value;
    },
    zero: () => null,
  };
}
