import type { Decoded, FieldKind, Fields, Message, Scalar } from './message.ts';
import { Reader } from './reader.ts';

/** A message from its bytes. Unknown fields are skipped. Throws RangeError on truncated or malformed input. */
export function decode<M extends Message>(type: M, bytes: Uint8Array): Decoded<M> {
  return readMessage(type, new Reader(bytes)) as Decoded<M>;
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

function readMessage(type: Message, reader: Reader): Record<string, unknown> {
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

function readField(out: Record<string, unknown>, name: string, kind: FieldKind, wireType: number, reader: Reader): void {
  if (typeof kind === 'string') out[name] = readScalar(kind, reader);
  else if ('fields' in kind) out[name] = readMessage(kind, new Reader(reader.bytes()));
  else if ('map' in kind) readEntry(out[name] as Record<string, unknown>, kind.map, new Reader(reader.bytes()));
  else readElements(out[name] as unknown[], kind.repeated, wireType, reader);
}

function readElements(list: unknown[], kind: Scalar | Message, wireType: number, reader: Reader): void {
  if (typeof kind !== 'string') list.push(readMessage(kind, new Reader(reader.bytes())));
  else if (kind === 'string' || kind === 'bytes' || wireType !== 2) list.push(readScalar(kind, reader));
  else for (const packed = new Reader(reader.bytes()); !packed.done;) list.push(readScalar(kind, packed));
}

function readEntry(map: Record<string, unknown>, kind: Scalar, reader: Reader): void {
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

function readScalar(kind: Scalar, reader: Reader): unknown {
  switch (kind) {
    case 'string':
      return reader.string();
    case 'bytes':
      return Uint8Array.from(reader.bytes());
    case 'bool':
      return reader.varint() !== 0;
    case 'double':
      return reader.double();
    case 'int32':
    case 'int64':
      return reader.signedVarint();
    case 'uint32':
    case 'uint64':
      return reader.varint();
  }
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
