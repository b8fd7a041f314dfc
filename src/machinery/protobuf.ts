/** Kubernetes protobuf: the `k8s\0` envelope with a runtime.Unknown around an object, and watch frames. */
import type { AnyObject } from '../api/object.ts';
import { findType } from '../api/schema.ts';
import { groupFolder } from '../api/surface.ts';
import { ProtoError, ProtoReader } from '../wire/protobuf/reader.ts';
import { BYTES, ProtoWriter } from '../wire/protobuf/writer.ts';
import { messageCodec } from './protobuf-message.ts';
import { badRequest, notAcceptable } from './status-error.ts';

const MAGIC = Buffer.from('k8s\0');

/** Schema id of an object's kind: kinds of meta/v1 may come under any group version. */
function typeIdOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const own = `${groupFolder(group)}/${apiVersion.slice(slash + 1)}.${kind}`;
  if (findType(own)) return own;
  return findType(`meta/v1.${kind}`) ? `meta/v1.${kind}` : undefined;
}

/** The object in its envelope. Rejects with 406 for kinds that have no protobuf form. */
export function encodeProtobuf(object: AnyObject): Buffer {
  const writer = new ProtoWriter();
  writer.tag(1, BYTES);
  writer.nested(() => {
    writer.tag(1, BYTES);
    writer.text(object.apiVersion ?? '');
    writer.tag(2, BYTES);
    writer.text(object.kind ?? '');
  });
  writer.tag(2, BYTES);
  writer.nested(() => writeBody(writer, object));
  for (const field of [3, 4]) {
    writer.tag(field, BYTES);
    writer.text('');
  }
  return Buffer.concat([MAGIC, writer.finish()]);
}

function writeBody(writer: ProtoWriter, object: AnyObject): void {
  // Metadata-only forms are no types of the schema: metadata first, items second.
  if (object.kind === 'PartialObjectMetadata') return writePartial(writer, 'meta/v1.ObjectMeta', object, false);
  if (object.kind === 'PartialObjectMetadataList') return writePartial(writer, 'meta/v1.ListMeta', object, true);
  const typeId = typeIdOf(object.apiVersion ?? '', object.kind ?? '');
  if (typeId === undefined) throw notAcceptable(`object ${object.apiVersion} ${object.kind} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`);
  messageCodec(typeId).write(writer, object);
}

function writePartial(writer: ProtoWriter, metadataType: string, object: AnyObject, isList: boolean): void {
  writer.tag(1, BYTES);
  writer.nested(() => messageCodec(metadataType).write(writer, object.metadata as unknown as Record<string, unknown>));
  if (!isList) return;
  for (const item of (object['items'] ?? []) as AnyObject[]) {
    writer.tag(2, BYTES);
    writer.nested(() => writePartial(writer, 'meta/v1.ObjectMeta', item, false));
  }
}

/** The object in an envelope, as a JSON value. Rejects with 400 for what is none. */
export function decodeProtobuf(bytes: Uint8Array): AnyObject {
  if (bytes.length < MAGIC.length || !MAGIC.equals(bytes.subarray(0, MAGIC.length))) {
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  try {
    return decodeUnknown(new ProtoReader(bytes, MAGIC.length));
  } catch (error) {
    if (error instanceof ProtoError) throw badRequest(error.message);
    throw error;
  }
}

function decodeUnknown(reader: ProtoReader): AnyObject {
  let apiVersion = '';
  let kind = '';
  let raw: Buffer | undefined;
  while (!reader.done) {
    const { field, wireType } = reader.tag();
    if (field === 1 && wireType === BYTES) {
      const meta = reader.nested();
      while (!meta.done) {
        const tag = meta.tag();
        if (tag.field === 1) apiVersion = meta.text();
        else if (tag.field === 2) kind = meta.text();
        else meta.skip(tag.wireType);
      }
    } else if (field === 2 && wireType === BYTES) raw = reader.bytes();
    else reader.skip(wireType);
  }
  const typeId = typeIdOf(apiVersion, kind);
  if (typeId === undefined) throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  const object: Record<string, unknown> = { kind, apiVersion };
  messageCodec(typeId).read(new ProtoReader(raw ?? Buffer.alloc(0)), object, 0);
  return object as AnyObject;
}

/** One frame of a watch: four bytes of length, then meta/v1 WatchEvent with the enveloped object. */
export function encodeProtobufWatchEvent(type: string, object: AnyObject): Buffer {
  const writer = new ProtoWriter();
  writer.tag(1, BYTES);
  writer.text(type);
  writer.tag(2, BYTES);
  const enveloped = encodeProtobuf(object);
  writer.nested(() => {
    writer.tag(1, BYTES);
    writer.bytes(enveloped);
  });
  const body = writer.finish();
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}
