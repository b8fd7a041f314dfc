/** Types whose JSON form is no object of their protobuf fields: times, quantities, raw JSON, int-or-string. */
import { ProtoError, ProtoReader } from '../wire/protobuf/reader.ts';
import { BYTES, VARINT, type ProtoWriter } from '../wire/protobuf/writer.ts';
import { messageCodec } from './protobuf-message.ts';

const SPECIAL = new Set(['Time', 'MicroTime', 'Quantity', 'IntOrString', 'RawExtension', 'FieldsV1', 'JSON', 'StringList', 'JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray']);
const SCHEMA_PROPS = 'apiextensions/v1.JSONSchemaProps';

export function isSpecial(type: string): boolean {
  return SPECIAL.has(type);
}

/** Writes the body of the message; `value` undefined: Go's zero value. */
export function writeSpecial(writer: ProtoWriter, type: string, value: unknown): void {
  switch (type) {
    case 'Time':
    case 'MicroTime':
      return writeTime(writer, value as string | undefined | null);
    case 'Quantity':
      return text(writer, 1, value === undefined ? '0' : String(value));
    case 'IntOrString':
      return writeIntOrString(writer, value as number | string | undefined);
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      if (value !== undefined) {
        writer.tag(1, BYTES);
        writer.bytes(Buffer.from(JSON.stringify(value)));
      }
      return;
    case 'StringList':
      for (const item of (value as string[] | undefined) ?? []) text(writer, 1, item);
      return;
    default:
      return writeSchemaOr(writer, type, value);
  }
}

function text(writer: ProtoWriter, number: number, value: string): void {
  writer.tag(number, BYTES);
  writer.text(value);
}

function int(writer: ProtoWriter, number: number, value: number): void {
  writer.tag(number, VARINT);
  writer.int(value);
}

/** Seconds and nanoseconds since the epoch; the zero time is an empty message. */
function writeTime(writer: ProtoWriter, value: string | undefined | null): void {
  if (!value) return;
  const seconds = Math.floor(Date.parse(value) / 1000);
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
  int(writer, 1, seconds);
  int(writer, 2, Number(fraction.padEnd(9, '0').slice(0, 9)) || 0);
}

function writeIntOrString(writer: ProtoWriter, value: number | string | undefined): void {
  const isText = typeof value === 'string';
  int(writer, 1, isText ? 1 : 0);
  int(writer, 2, isText ? 0 : (value ?? 0));
  text(writer, 3, isText ? value : '');
}

function writeSchema(writer: ProtoWriter, number: number, value: unknown): void {
  writer.tag(number, BYTES);
  writer.nested(() => messageCodec(SCHEMA_PROPS).write(writer, value as Record<string, unknown>));
}

function writeSchemaOr(writer: ProtoWriter, type: string, value: unknown): void {
  if (type === 'JSONSchemaPropsOrBool') {
    int(writer, 1, value === undefined || value === false ? 0 : 1);
    if (typeof value === 'object' && value !== null) writeSchema(writer, 2, value);
  } else if (Array.isArray(value)) {
    for (const item of value as unknown[]) type === 'JSONSchemaPropsOrArray' ? writeSchema(writer, 2, item) : text(writer, 2, String(item));
  } else if (value !== undefined) writeSchema(writer, 1, value);
}

/** Raw fields by number; for messages of a few fields. */
function fieldsOf(reader: ProtoReader): { texts: Map<number, Buffer[]>; ints: Map<number, number | bigint> } {
  const texts = new Map<number, Buffer[]>();
  const ints = new Map<number, number | bigint>();
  while (!reader.done) {
    const { field, wireType } = reader.tag();
    if (wireType === VARINT) ints.set(field, reader.int64());
    else if (wireType === BYTES) texts.set(field, [...(texts.get(field) ?? []), reader.bytes()]);
    else reader.skip(wireType);
  }
  return { texts, ints };
}

export function readSpecial(reader: ProtoReader, type: string, depth: number): unknown {
  const { texts, ints } = fieldsOf(reader);
  const first = texts.get(1)?.[0];
  switch (type) {
    case 'Time':
    case 'MicroTime':
      return readTime(ints, type);
    case 'Quantity':
      return first?.toString() ?? '0';
    case 'IntOrString':
      return ints.get(1) === 1 ? (texts.get(3)?.[0]?.toString() ?? '') : Number(ints.get(2) ?? 0);
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      return first === undefined || first.length === 0 ? undefined : parseRaw(first);
    case 'StringList':
      return (texts.get(1) ?? []).map((b) => b.toString());
    default:
      return readSchemaOr(type, texts, ints, depth);
  }
}

function readTime(ints: Map<number, number | bigint>, type: string): string | null {
  if (ints.size === 0) return null;
  const seconds = Number(ints.get(1) ?? 0);
  const nanos = Number(ints.get(2) ?? 0);
  const whole = new Date(seconds * 1000);
  if (Number.isNaN(whole.getTime())) throw new ProtoError('proto: time is out of range');
  const base = whole.toISOString().slice(0, 19);
  return type === 'Time' ? `${base}Z` : `${base}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

function parseRaw(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new ProtoError('proto: embedded raw extension is not JSON');
  }
}

function readSchema(bytes: Buffer, depth: number): unknown {
  const value: Record<string, unknown> = {};
  messageCodec(SCHEMA_PROPS).read(new ProtoReader(bytes), value, depth + 1);
  return value;
}

function readSchemaOr(type: string, texts: Map<number, Buffer[]>, ints: Map<number, number | bigint>, depth: number): unknown {
  if (type === 'JSONSchemaPropsOrBool') {
    const schema = texts.get(2)?.[0];
    return schema ? readSchema(schema, depth) : ints.get(1) === 1;
  }
  const one = texts.get(1)?.[0];
  if (one) return readSchema(one, depth);
  const many = texts.get(2) ?? [];
  return type === 'JSONSchemaPropsOrArray' ? many.map((b) => readSchema(b, depth)) : many.map((b) => b.toString());
}
