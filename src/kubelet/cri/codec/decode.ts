import type { Decoded, FieldKind, Fields, Message, Scalar } from './message.ts';
import { ProtoReader } from '../../../wire/protobuf/reader.ts';
import { BYTES } from '../../../wire/protobuf/writer.ts';

/** A message from its bytes. Unknown fields are skipped. Throws ProtoError on truncated or malformed input. */
export function decode<M extends Message>(type: M, bytes: Uint8Array): Decoded<M> {
  return readMessage(type, new ProtoReader(bytes)) as Decoded<M>;
}

interface Plan {
  readonly byNumber: ReadonlyMap<number, { readonly name: string; readonly kind: FieldKind }>;
  readonly fields: Fields;
}
const plans = new WeakMap<Message, Plan>();

function planOf(type: Message): Plan {
  const known = plans.get(type);
  if (known) return known;
  const byNumber = new Map(Object.entries(type.fields).map(([name, [number, kind]]) => [number, { name, kind }]));
  const plan = { byNumber, fields: type.fields };
  plans.set(type, plan);
  return plan;
}

function readMessage(type: Message, reader: ProtoReader): Record<string, unknown> {
  const plan = planOf(type);
  const out = zeroValue(plan.fields);
  while (!reader.done) {
    const { field, wireType } = reader.tag();
    const known = plan.byNumber.get(field);
    if (known) readField(out, known.name, known.kind, wireType, reader);
    else reader.skip(wireType);
  }
  return out;
}

function readField(out: Record<string, unknown>, name: string, kind: FieldKind, wireType: number, reader: ProtoReader): void {
  if (typeof kind === 'string') out[name] = readScalar(kind, reader);
  else if ('fields' in kind) out[name] = readMessage(kind, reader.nested());
  else if ('map' in kind) readEntry(out[name] as Record<string, unknown>, kind.map, reader.nested());
  else readElements(out[name] as unknown[], kind.repeated, wireType, reader);
}

function readElements(list: unknown[], kind: Scalar | Message, wireType: number, reader: ProtoReader): void {
  if (typeof kind !== 'string') list.push(readMessage(kind, reader.nested()));
  else if (kind === 'string' || kind === 'bytes' || wireType !== BYTES) list.push(readScalar(kind, reader));
  else for (const packed = reader.nested(); !packed.done;) list.push(readScalar(kind, packed));
}

function readEntry(map: Record<string, unknown>, kind: Scalar, reader: ProtoReader): void {
  let key = '';
  let value = zeroOf(kind);
  while (!reader.done) {
    const { field, wireType } = reader.tag();
    if (field === 1) key = readScalar('string', reader) as string;
    else if (field === 2) value = readScalar(kind, reader);
    else reader.skip(wireType);
  }
  map[key] = value;
}

function readScalar(kind: Scalar, reader: ProtoReader): unknown {
  switch (kind) {
    case 'string':
      return reader.text();
    case 'bytes':
      return Uint8Array.from(reader.bytes());
    case 'bool':
      return reader.bool();
    case 'double':
      return reader.double();
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'uint32':
      return reader.int32() >>> 0;
    case 'uint64':
      return unsigned(reader.int64());
  }
}

function unsigned(value: number | bigint): number {
  return typeof value === 'number' && value >= 0 ? value : Number(BigInt.asUintN(64, BigInt(value)));
}

function zeroValue(fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name in fields) {
    const kind = fields[name]?.[1];
    if (typeof kind === 'string') out[name] = zeroOf(kind);
    else if (kind && 'repeated' in kind) out[name] = [];
    else if (kind && 'map' in kind) out[name] = {};
  }
  return out;
}

function zeroOf(kind: Scalar): unknown {
  if (kind === 'string') return '';
  if (kind === 'bool') return false;
  return kind === 'bytes' ? new Uint8Array(0) : 0;
}
