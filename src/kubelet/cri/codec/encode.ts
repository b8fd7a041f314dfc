import type { Encodable, FieldKind, Fields, Message, Scalar } from './message.ts';
import { Writer } from './writer.ts';

/** Bytes of a message. Zero values, empty lists and undefined fields are left out, as proto3 asks. */
export function encode<M extends Message>(type: M, value: Encodable<M>): Uint8Array {
  const writer = new Writer();
  writeFields(writer, type.fields, value as Record<string, unknown>);
  return writer.finish();
}

function writeFields(writer: Writer, fields: Fields, value: Record<string, unknown>): void {
  for (const name in fields) {
    const field = fields[name];
    const item = value[name];
    if (field && item !== undefined && item !== null) writeField(writer, field[0], field[1], item);
  }
}

function writeField(writer: Writer, number: number, kind: FieldKind, item: unknown): void {
  if (typeof kind === 'string') {
    if (!isZero(item)) writeScalar(writer, number, kind, item);
  } else if ('fields' in kind) {
    writeMessage(writer, number, kind, item);
  } else if ('map' in kind) {
    for (const [key, entry] of Object.entries(item as Record<string, unknown>)) {
      const pair = new Writer();
      writeScalar(pair, 1, 'string', key);
      writeScalar(pair, 2, kind.map, entry);
      writer.bytes(number, pair.finish());
    }
  } else {
    writeList(writer, number, kind.repeated, item as readonly unknown[]);
  }
}

function writeList(writer: Writer, number: number, kind: Scalar | Message, items: readonly unknown[]): void {
  if (items.length === 0) return;
  if (typeof kind !== 'string') {
    for (const item of items) writeMessage(writer, number, kind, item);
  } else if (kind === 'string' || kind === 'bytes') {
    for (const item of items) writeScalar(writer, number, kind, item);
  } else {
    const packed = new Writer();
    for (const item of items) packed.bareScalar(kind, item);
    writer.bytes(number, packed.finish());
  }
}

function writeMessage(writer: Writer, number: number, type: Message, item: unknown): void {
  const inner = new Writer();
  writeFields(inner, type.fields, item as Record<string, unknown>);
  writer.bytes(number, inner.finish());
}

function writeScalar(writer: Writer, number: number, kind: Scalar, item: unknown): void {
  if (kind === 'string') writer.bytes(number, Buffer.from(item as string, 'utf8'));
  else if (kind === 'bytes') writer.bytes(number, item as Uint8Array);
  else {
    writer.tag(number, kind === 'double' ? 1 : 0);
    writer.bareScalar(kind, item);
  }
}

function isZero(item: unknown): boolean {
  return item === '' || item === 0 || item === false || (item instanceof Uint8Array && item.length === 0);
}
