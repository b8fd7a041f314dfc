import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { AnyObject } from '../api/object.ts';
import { fixtures } from '../wire/fixtures.test-helper.ts';
import { ProtoError, ProtoReader } from '../wire/protobuf/reader.ts';
import { LengthFrameDecoder } from '../wire/watch/length-frames.ts';
import { decodeObject } from './decode.ts';
import { decodeProtobuf, decodeProtobufWatchEvent, encodeProtobuf, encodeProtobufWatchEvent, hasProtobuf, isProtobuf } from './protobuf.ts';
import { messageCodec } from './protobuf-types.ts';
import { StatusError } from './status-error.ts';
import { builtinTypeId } from './type-id.ts';

const all = fixtures();
const object = (value: unknown): AnyObject => value as AnyObject;
const roundTrip = (value: unknown): unknown => decodeProtobuf(encodeProtobuf(object(value)));
const refuses =
  (message: RegExp, code = 400) =>
  (error: unknown) =>
    error instanceof StatusError && error.status.code === code && message.test(error.message);

test(
  'every upstream fixture is written and read byte for byte',
  { skip: all === undefined ? 'no reference data at ../shared/k8s-1.36' : false },
  () => {
    let checked = 0;
    for (const [name, { json, pb }] of all ?? []) {
      const value = JSON.parse(json.toString()) as Partial<AnyObject>;
      const id = builtinTypeId(value.apiVersion ?? '', value.kind ?? '');
      if (id === undefined) continue;
      assert.ok(encodeProtobuf(object(value)).equals(pb), `${name} to protobuf`);
      assert.equal(JSON.stringify(decodeObject(id, decodeProtobuf(pb)).object), JSON.stringify(value), `${name} from protobuf`);
      checked++;
    }
    assert.ok(checked > 90, `only ${checked} kinds checked`);
  },
);

const normalised = (value: AnyObject): unknown => decodeObject(builtinTypeId(value.apiVersion, value.kind) ?? '', value).object;

test('values survive the way there and back', () => {
  const typed = (apiVersion: string, kind: string, rest: object) =>
    normalised(object({ kind, apiVersion, metadata: { name: 'a' }, ...rest }));
  const cases: unknown[] = [
    typed('v1', 'ConfigMap', { data: { __proto__x: 'a', ['__proto__']: 'b', ä: 'ü\u0000€😀', '': '' }, binaryData: { b: 'AP/+' } }),
    typed('v1', 'ConfigMap', { data: { long: 'x'.repeat(300_000) } }),
    typed('v1', 'Pod', {
      spec: { containers: [{ name: 'a', securityContext: { runAsUser: -1, privileged: false } }], priority: -2147483648 },
    }),
    typed('v1', 'Pod', {
      spec: { containers: [], activeDeadlineSeconds: 9223372036854775807n, terminationGracePeriodSeconds: -9007199254740993n },
    }),
    typed('v1', 'Event', { involvedObject: {}, eventTime: '2024-01-02T03:04:05.000006Z', firstTimestamp: '1969-12-31T23:59:59Z' }),
    typed('v1', 'Service', {
      spec: {
        ports: [
          { port: 80, targetPort: 'http' },
          { port: 81, targetPort: 0 },
        ],
      },
    }),
    typed('apps/v1', 'Deployment', { spec: { replicas: 0, strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } } }),
    typed('v1', 'Node', { status: { capacity: { cpu: '3500m', memory: '1Gi' } } }),
    typed('apps/v1', 'ControllerRevision', { data: { spec: { a: [1, null, { b: 'c' }] } }, revision: 3 }),
  ];
  for (const value of cases) assert.deepEqual(normalised(object(roundTrip(value))), value);
});

test('metadata alone has a protobuf form', () => {
  const one = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a', labels: { b: 'c' } } };
  const got = roundTrip(one) as AnyObject;
  assert.deepEqual({ name: got.metadata.name, labels: got.metadata.labels }, one.metadata);
  const list = {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '7' },
    items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
  };
  const read = roundTrip(list) as { metadata: { resourceVersion: string }; items: { metadata: { name: string } }[] };
  assert.equal(read.metadata.resourceVersion, '7');
  assert.deepEqual(
    read.items.map((item) => item.metadata.name),
    ['a', 'b'],
  );
});

test('kinds without a protobuf form are refused', () => {
  assert.ok(hasProtobuf('v1', 'Pod'));
  assert.ok(hasProtobuf('apps/v1', 'DeleteOptions'));
  assert.ok(!hasProtobuf('example.com/v1', 'Thing'));
  assert.throws(() => encodeProtobuf(object({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: {} })), refuses(/Thing/, 406));
});

test('events of a watch survive any cut of the stream', () => {
  const events = [
    {
      type: 'ADDED',
      object: normalised(object({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' }, spec: { containers: [{ name: 'b' }] } })),
    },
    {
      type: 'BOOKMARK',
      object: normalised(object({ kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '5' }, spec: { containers: [] } })),
    },
    { type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 410 } },
  ];
  const stream = Buffer.concat(events.map((event) => encodeProtobufWatchEvent(event.type, object(event.object))));
  for (const size of [1, 3, 64, stream.length]) {
    const decoder = new LengthFrameDecoder();
    const got = [];
    for (let at = 0; at < stream.length; at += size) got.push(...decoder.push(stream.subarray(at, at + size)));
    decoder.end();
    const read = got.map(decodeProtobufWatchEvent);
    assert.deepEqual(
      read.slice(0, 2).map((event) => ({ type: event.type, object: normalised(event.object) })),
      events.slice(0, 2),
    );
    assert.equal((read[2] as { object: { code?: number } }).object.code, 410);
  }
});

/** A length-delimited field. */
function field(number: number, bytes: Uint8Array): Buffer {
  const size: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) size.push((rest % 128) + 128);
  const tag = number * 8 + 2;
  return Buffer.concat([Buffer.from(tag < 128 ? [tag] : [(tag % 128) + 128, Math.floor(tag / 128)]), Buffer.from([...size, rest]), bytes]);
}

function envelope(raw: Uint8Array, kind = 'Pod'): Buffer {
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, raw)]);
}

test('hostile input is refused with 400', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['a length beyond the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), /unexpected EOF/],
    ['a length beyond 32 bits', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), /unexpected EOF/],
    ['a varint without end', Buffer.from([0x0a, ...Array<number>(20).fill(0xff)]), /integer overflow/],
    ['a wrong wire type', Buffer.from([0x08, 0x01]), /wrong wireType = 0 for field metadata/],
    ['a group', Buffer.from([0x7b]), /illegal wireType 3/],
    ['field number 0', Buffer.from([0x02, 0x00]), /illegal tag 0/],
  ];
  for (const [what, raw, message] of cases) assert.throws(() => decodeProtobuf(envelope(raw)), refuses(message), what);
  assert.throws(() => decodeProtobuf(envelope(Buffer.alloc(0), 'Nothing')), refuses(/no kind "Nothing" is registered for version "v1"/));
});

test('a cut message is refused or has fewer fields, and never more', () => {
  const pod = encodeProtobuf(object({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' }, spec: { containers: [{ name: 'b' }] } }));
  assert.ok(isProtobuf(pod));
  for (let size = 0; size < 4; size++) {
    assert.throws(() => decodeProtobuf(pod.subarray(0, size)), refuses(/expected prefix \[107 56 115 0\]/));
  }
  for (let size = 4; size < pod.length; size++) {
    try {
      decodeProtobuf(pod.subarray(0, size));
    } catch (error) {
      assert.ok(refuses(/unexpected EOF|no kind/)(error), String(error));
    }
  }
});

// Field 28 of a schema is "not": a schema.
test('a schema nested without end is refused before the stack is', () => {
  let body: Buffer = Buffer.alloc(0);
  for (let i = 0; i < 2000; i++) body = field(28, body);
  assert.throws(() => messageCodec('apiextensions/v1.JSONSchemaProps').read(new ProtoReader(body), {}), ProtoError);
});
