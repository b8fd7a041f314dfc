import type { Encodable, FieldKind, Fields, Message, Scalar } from './message.ts';
import { BYTES, FIXED64, ProtoWriter, VARINT } from '../../../wire/protobuf/writer.ts';

/** Bytes of a message. Zero values, empty lists and undefined fields are left out, as proto3 asks. */
export function encode<M extends Message>(type: M, value: Encodable<M>): Uint8Array {
  const writer = new ProtoWriter();
  writeFields(writer, type.fields, value as Record<string, unknown>);
  return writer.finish();
}

function writeFields(writer: ProtoWriter, fields: Fields, value: Record<string, unknown>): void {
  for (const name in fields) {
    const field = fields[name];
    const item = value[name];
    if (field && item !== undefined && item !== null) writeField(writer, field[0], field[1], item);
  }
}

function writeField(writer: ProtoWriter, number: number, kind: FieldKind, item: unknown): void {
  if (typeof kind === 'string') {
    if (!isZero(item)) writeScalar(writer, number, kind, item);
  } else if ('fields' in kind) {
    writeMessage(writer, number, kind, item);
  } else if ('map' in kind) {
    for (const [key, entry] of Object.entries(item as Record<string, unknown>)) {
      writer.tag(number, BYTES);
      writer.nested(() => {
        writeScalar(writer, 1, 'string', key);
        writeScalar(writer, 2, kind.map, entry);
      });
    }
  } else {
    writeList(writer, number, kind.repeated, item as readonly unknown[]);
  }
}

function writeList(writer: ProtoWriter, number: number, kind: Scalar | Message, items: readonly unknown[]): void {
  if (items.length === 0) return;
  if (typeof kind !== 'string') {
    for (const item of items) writeMessage(writer, number, kind, item);
  } else if (kind === 'string' || kind === 'bytes') {
    for (const item of items) writeScalar(writer, number, kind, item);
  } else {
    writer.tag(number, BYTES);
    writer.nested(() => {
      for (const item of items) writeNumber(writer, kind, item);
    });
  }
}

function writeMessage(writer: ProtoWriter, number: number, type: Message, item: unknown): void {
  writer.tag(number, BYTES);
  writer.nested(() => writeFields(writer, type.fields, item as Record<string, unknown>));
}

function writeScalar(writer: ProtoWriter, number: number, kind: Scalar, item: unknown): void {
  if (kind === 'string' || kind === 'bytes') {
    writer.tag(number, BYTES);
    if (kind === 'string') writer.text(item as string);
    else writer.bytes(item as Uint8Array);
  } else {
    writer.tag(number, kind === 'double' ? FIXED64 : VARINT);
    writeNumber(writer, kind, item);
  }
}

function writeNumber(writer: ProtoWriter, kind: Scalar, item: unknown): void {
  if (kind === 'double') writer.double(item as number);
  else if (kind === 'bool') writer.varint(item ? 1 : 0);
  else writer.int(Number.isSafeInteger(item) ? (item as number) : BigInt(Math.trunc(item as number)));
}

function isZero(item: unknown): boolean {
  return item === '' || item === 0 || item === false || (item instanceof Uint8Array && item.length === 0);
}
