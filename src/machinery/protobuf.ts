/**
 * Kubernetes protobuf (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding): the `k8s\0` envelope with a
 * runtime.Unknown around an object, and watch frames.
 */
import type { AnyObject } from '../api/object.ts';
import { findType } from '../api/schema.ts';
import { goQuote } from '../wire/json/go-text.ts';
import { ProtoError, ProtoReader } from '../wire/protobuf/reader.ts';
import { ReverseWriter } from '../wire/protobuf/reverse-writer.ts';
import { BYTES } from '../wire/protobuf/writer.ts';
import { messageCodec } from './protobuf-types.ts';
import { badRequest, notAcceptable } from './status-error.ts';
import { builtinTypeId } from './type-id.ts';

const MAGIC = Buffer.from('k8s\0');
const PARTIAL = 'PartialObjectMetadata';
const PARTIAL_LIST = 'PartialObjectMetadataList';

/** Kinds of meta/v1 (Status, DeleteOptions, ...) may come under any group version. */
function typeIdOf(apiVersion: string, kind: string): string | undefined {
  return builtinTypeId(apiVersion, kind) ?? (findType(`meta/v1.${kind}`) ? `meta/v1.${kind}` : undefined);
}

/** True for objects that have a protobuf form. */
export function hasProtobuf(apiVersion: string, kind: string): boolean {
  return kind === PARTIAL || kind === PARTIAL_LIST || typeIdOf(apiVersion, kind) !== undefined;
}

/** The object in its envelope. Throws StatusError 406 for kinds that have no protobuf form. */
export function encodeProtobuf(object: AnyObject): Buffer {
  const writer = new ReverseWriter();
  writeEnvelope(writer, object);
  return writer.finish();
}

/** Backwards, as the writer goes: what stands first is written last. */
function writeEnvelope(writer: ReverseWriter, object: AnyObject): void {
  const { apiVersion, kind } = object;
  for (const field of [4, 3]) {
    writer.text('');
    writer.tag(field, BYTES);
  }
  nested(writer, 2, () => writeBody(writer, object, apiVersion, kind));
  nested(writer, 1, () => {
    writer.text(kind);
    writer.tag(2, BYTES);
    writer.text(apiVersion);
    writer.tag(1, BYTES);
  });
  writer.raw(MAGIC);
}

function nested(writer: ReverseWriter, field: number, body: () => void): void {
  const start = writer.length;
  body();
  writer.varint(writer.length - start);
  writer.tag(field, BYTES);
}

function writeBody(writer: ReverseWriter, object: AnyObject, apiVersion: string, kind: string): void {
  if (kind === PARTIAL) return writePartial(writer, object);
  if (kind === PARTIAL_LIST) return writePartialList(writer, object);
  const id = typeIdOf(apiVersion, kind);
  if (id === undefined) {
    throw notAcceptable(
      `object ${apiVersion} ${kind} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`,
    );
  }
  messageCodec(id).write(writer, object);
}

// Metadata-only forms are no types of the schema: metadata first, items second.
function writePartial(writer: ReverseWriter, object: AnyObject): void {
  nested(writer, 1, () => messageCodec('meta/v1.ObjectMeta').write(writer, metadataOf(object)));
}

function writePartialList(writer: ReverseWriter, list: AnyObject): void {
  const items = (list['items'] ?? []) as AnyObject[];
  for (let i = items.length - 1; i >= 0; i--) nested(writer, 2, () => writePartial(writer, items[i] as AnyObject));
  nested(writer, 1, () => messageCodec('meta/v1.ListMeta').write(writer, metadataOf(list)));
}

function metadataOf(object: AnyObject): Record<string, unknown> {
  return (object.metadata ?? {}) as unknown as Record<string, unknown>;
}

export const isProtobuf = (bytes: Uint8Array): boolean => bytes.length >= MAGIC.length && MAGIC.equals(bytes.subarray(0, MAGIC.length));

/** The object in an envelope, as a JSON value: not yet normalised (decodeObject does that). Throws StatusError 400. */
export function decodeProtobuf(bytes: Uint8Array): AnyObject {
  if (!isProtobuf(bytes)) throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  try {
    return readEnvelope(new ProtoReader(bytes, MAGIC.length));
  } catch (error) {
    if (error instanceof ProtoError) throw badRequest(error.message);
    throw error;
  }
}

function readEnvelope(reader: ProtoReader): AnyObject {
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  while (!reader.done) {
    const tag = reader.tagNumber();
    if (tag === 1 * 8 + BYTES) {
      const outer = reader.enter();
      while (!reader.done) {
        const inner = reader.tagNumber();
        if (inner === 1 * 8 + BYTES) apiVersion = reader.text();
        else if (inner === 2 * 8 + BYTES) kind = reader.text();
        else reader.skip(inner & 7);
      }
      reader.leave(outer);
    } else if (tag === 2 * 8 + BYTES) raw = reader.bytes();
    else reader.skip(tag & 7);
  }
  const object: Record<string, unknown> = { kind, apiVersion };
  readBody(new ProtoReader(raw), object, apiVersion, kind);
  return object as AnyObject;
}

function readBody(reader: ProtoReader, object: Record<string, unknown>, apiVersion: string, kind: string): void {
  if (kind === PARTIAL || kind === PARTIAL_LIST) return readPartial(reader, object, kind === PARTIAL_LIST);
  const id = typeIdOf(apiVersion, kind);
  if (id === undefined) throw badRequest(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`);
  messageCodec(id).read(reader, object);
}

function readPartial(reader: ProtoReader, object: Record<string, unknown>, isList: boolean): void {
  const items: Record<string, unknown>[] = [];
  const metadata: Record<string, unknown> = {};
  while (!reader.done) {
    const tag = reader.tagNumber();
    const outer = tag === 1 * 8 + BYTES || (isList && tag === 2 * 8 + BYTES) ? reader.enter() : -1;
    if (outer < 0) {
      reader.skip(tag & 7);
      continue;
    }
    if (tag === 1 * 8 + BYTES) messageCodec(isList ? 'meta/v1.ListMeta' : 'meta/v1.ObjectMeta').read(reader, metadata);
    else {
      const item: Record<string, unknown> = {};
      readPartial(reader, item, false);
      items.push(item);
    }
    reader.leave(outer);
  }
  object['metadata'] = metadata;
  if (isList) object['items'] = items;
}

/** One frame of a watch: four bytes of length, then meta/v1 WatchEvent with the enveloped object. */
export function encodeProtobufWatchEvent(type: string, object: AnyObject): Buffer {
  const writer = new ReverseWriter();
  nested(writer, 2, () => nested(writer, 1, () => writeEnvelope(writer, object)));
  writer.text(type);
  writer.tag(1, BYTES);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(writer.length);
  writer.raw(size);
  return writer.finish();
}

/** The event in a frame (without its four bytes of length). Throws StatusError 400. */
export function decodeProtobufWatchEvent(frame: Uint8Array): { readonly type: string; readonly object: AnyObject } {
  const reader = new ProtoReader(frame);
  let type = '';
  let raw: Uint8Array = new Uint8Array();
  try {
    while (!reader.done) {
      const tag = reader.tagNumber();
      if (tag === 1 * 8 + BYTES) type = reader.text();
      else if (tag === 2 * 8 + BYTES) {
        const outer = reader.enter();
        while (!reader.done) {
          const inner = reader.tagNumber();
          if (inner === 1 * 8 + BYTES) raw = reader.bytes();
          else reader.skip(inner & 7);
        }
        reader.leave(outer);
      } else reader.skip(tag & 7);
    }
  } catch (error) {
    if (error instanceof ProtoError) throw badRequest(error.message);
    throw error;
  }
  return { type, object: decodeProtobuf(raw) };
}
