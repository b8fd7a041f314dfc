/** The few messages of etcd's v3 API that a Kubernetes store needs (https://etcd.io/docs/v3.6/learning/api/), as protobuf. */
import { ProtoReader } from '../../../wire/protobuf/reader.ts';
import { BYTES, ProtoWriter, VARINT } from '../../../wire/protobuf/writer.ts';

export interface EtcdKeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface RangeRequest {
  readonly key: string;
  /** One key when left out; otherwise all keys from `key` up to this one. */
  readonly rangeEnd?: string | undefined;
  readonly limit?: number | undefined;
  readonly revision?: number | undefined;
}

export interface RangeResponse {
  readonly revision: number;
  readonly items: EtcdKeyValue[];
  readonly more: boolean;
  /** Of all keys in the range, whatever the limit. */
  readonly count: number;
}

export interface TxnResponse {
  readonly revision: number;
  readonly succeeded: boolean;
  /** What the key held, when the comparison failed. */
  readonly current: EtcdKeyValue | undefined;
}

export interface EtcdEvent {
  readonly deleted: boolean;
  readonly item: EtcdKeyValue;
  readonly previous: EtcdKeyValue | undefined;
}

export interface WatchResponse {
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: EtcdEvent[];
}

export function encodeRange(request: RangeRequest): Buffer {
  const out = new ProtoWriter();
  writeRange(out, request);
  return out.finish();
}

export function decodeRange(bytes: Uint8Array): RangeResponse {
  const out = { revision: 0, items: [] as EtcdKeyValue[], more: false, count: 0 };
  each(new ProtoReader(bytes), {
    1: (r) => (out.revision = readHeader(r.nested())),
    2: (r) => out.items.push(readKeyValue(r.nested())),
    3: (r) => (out.more = r.bool()),
    4: (r) => (out.count = Number(r.int64())),
  });
  return out;
}

/** If the key's mod revision is `expected`: put the value, or delete the key when there is none; otherwise read what is there. */
export function encodeWrite(key: string, value: Uint8Array | undefined, expected: number): Buffer {
  const out = new ProtoWriter();
  nested(out, 1, () => {
    number(out, 2, COMPARE_MOD);
    text(out, 3, key);
    // Zero too: a oneof member counts only when it is there.
    out.tag(6, VARINT);
    out.int(expected);
  });
  nested(out, 2, () => {
    nested(out, value === undefined ? 3 : 2, () => {
      text(out, 1, key);
      if (value === undefined) return;
      out.tag(2, BYTES);
      out.bytes(value);
    });
  });
  nested(out, 3, () => nested(out, 1, () => writeRange(out, { key })));
  return out.finish();
}

export function decodeTxn(bytes: Uint8Array): TxnResponse {
  const out = { revision: 0, succeeded: false, current: undefined as EtcdKeyValue | undefined };
  each(new ProtoReader(bytes), {
    1: (r) => (out.revision = readHeader(r.nested())),
    2: (r) => (out.succeeded = r.bool()),
    3: (r) => each(r.nested(), { 1: (range) => (out.current = decodeRange(range.bytes()).items[0]) }),
  });
  return out;
}

export function encodeCompaction(revision: number): Buffer {
  const out = new ProtoWriter();
  number(out, 1, revision);
  return out.finish();
}

export function encodeWatchCreate(request: { readonly key: string; readonly rangeEnd: string; readonly startRevision: number }): Buffer {
  const out = new ProtoWriter();
  nested(out, 1, () => {
    text(out, 1, request.key);
    text(out, 2, request.rangeEnd);
    number(out, 3, request.startRevision);
    number(out, 6, 1);
  });
  return out.finish();
}

export function encodeWatchProgress(): Buffer {
  const out = new ProtoWriter();
  nested(out, 3, () => {});
  return out.finish();
}

export function decodeWatch(bytes: Uint8Array): WatchResponse {
  const out = { revision: 0, created: false, canceled: false, compactRevision: 0, cancelReason: '', events: [] as EtcdEvent[] };
  each(new ProtoReader(bytes), {
    1: (r) => (out.revision = readHeader(r.nested())),
    3: (r) => (out.created = r.bool()),
    4: (r) => (out.canceled = r.bool()),
    5: (r) => (out.compactRevision = Number(r.int64())),
    6: (r) => (out.cancelReason = r.text()),
    11: (r) => out.events.push(readEvent(r.nested())),
  });
  return out;
}

/** The server's version, out of a StatusResponse. */
export function decodeVersion(bytes: Uint8Array): string {
  let version = '';
  each(new ProtoReader(bytes), { 2: (r) => (version = r.text()) });
  return version;
}

const COMPARE_MOD = 2;

function writeRange(out: ProtoWriter, { key, rangeEnd, limit, revision }: RangeRequest): void {
  text(out, 1, key);
  if (rangeEnd !== undefined) text(out, 2, rangeEnd);
  if (limit) number(out, 3, limit);
  if (revision) number(out, 4, revision);
}

function readHeader(reader: ProtoReader): number {
  let revision = 0;
  each(reader, { 3: (r) => (revision = Number(r.int64())) });
  return revision;
}

function readKeyValue(reader: ProtoReader): EtcdKeyValue {
  const out = { key: '', value: EMPTY as Uint8Array, createRevision: 0, modRevision: 0 };
  each(reader, {
    1: (r) => (out.key = r.text()),
    2: (r) => (out.createRevision = Number(r.int64())),
    3: (r) => (out.modRevision = Number(r.int64())),
    5: (r) => (out.value = r.bytes()),
  });
  return out;
}

const EMPTY = new Uint8Array(0);

function readEvent(reader: ProtoReader): EtcdEvent {
  const out = { deleted: false, item: undefined as EtcdKeyValue | undefined, previous: undefined as EtcdKeyValue | undefined };
  each(reader, {
    1: (r) => (out.deleted = r.int32() === 1),
    2: (r) => (out.item = readKeyValue(r.nested())),
    3: (r) => (out.previous = readKeyValue(r.nested())),
  });
  if (!out.item) throw new Error('Cannot read a watch event: it has no key');
  return { ...out, item: out.item };
}

function each(reader: ProtoReader, fields: Readonly<Record<number, (reader: ProtoReader) => unknown>>): void {
  while (!reader.done) {
    const { field, wireType } = reader.tag();
    const read = fields[field];
    if (read) read(reader);
    else reader.skip(wireType);
  }
}

function nested(out: ProtoWriter, field: number, body: () => void): void {
  out.tag(field, BYTES);
  out.nested(body);
}

function text(out: ProtoWriter, field: number, value: string): void {
  out.tag(field, BYTES);
  out.text(value);
}

function number(out: ProtoWriter, field: number, value: number): void {
  out.tag(field, VARINT);
  out.int(value);
}
