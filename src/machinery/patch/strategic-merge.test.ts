import { test } from 'node:test';
import assert from 'node:assert/strict';
import { getType } from '../../api/schema.ts';
import { StatusError } from '../status-error.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

type Json = Record<string, unknown>;
const POD = 'core/v1.Pod';
const DEPLOYMENT = 'apps/v1.Deployment';
const containers = (...list: unknown[]): Json => ({ spec: { containers: list } });

// Name, type, live object, patch, result; checked against upstream's implementation.
const CASES: readonly [string, string, Json, Json, Json][] = [
  [
    'scalars and maps merge',
    POD,
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: '3', b: null, c: '4' } } },
    { metadata: { labels: { a: '3', c: '4' } } },
  ],
  ['nulls of new values are dropped', POD, {}, { metadata: { labels: { a: null, b: '1' } } }, { metadata: { labels: { b: '1' } } }],
  [
    'lists merge by key, new items first where the live order says nothing',
    POD,
    containers({ name: 'a', image: '1' }, { name: 'b' }),
    containers({ name: 'c' }, { name: 'a', image: '2' }),
    containers({ name: 'c' }, { name: 'a', image: '2' }, { name: 'b' }),
  ],
  [
    '$patch: delete of an item',
    POD,
    containers({ name: 'a' }, { name: 'b' }),
    containers({ name: 'a', $patch: 'delete' }),
    containers({ name: 'b' }),
  ],
  [
    '$patch: replace of a list',
    POD,
    containers({ name: 'a' }, { name: 'b' }),
    containers({ $patch: 'replace' }, { name: 'c' }),
    containers({ name: 'c' }),
  ],
  [
    '$patch: replace of a map',
    POD,
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'replace', b: '2' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    '$patch: delete of a map',
    POD,
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'delete' } } },
    { metadata: { labels: {} } },
  ],
  [
    '$setElementOrder',
    POD,
    containers({ name: 'a' }, { name: 'b' }, { name: 'server' }),
    {
      spec: {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }, { name: 'new' }],
        containers: [{ name: 'a', image: 'x' }, { name: 'new' }],
      },
    },
    containers({ name: 'b' }, { name: 'a', image: 'x' }, { name: 'new' }, { name: 'server' }),
  ],
  [
    'lists of scalars that merge',
    POD,
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['c', 'a'] } },
    { metadata: { finalizers: ['c', 'a', 'b'] } },
  ],
  [
    '$deleteFromPrimitiveList',
    POD,
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    'lists without a merge strategy are replaced',
    POD,
    { spec: { tolerations: [{ key: 'a' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
  ],
  [
    '$retainKeys',
    DEPLOYMENT,
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    'nested merge keys',
    POD,
    containers({ name: 'a', ports: [{ containerPort: 80, protocol: 'TCP' }], env: [{ name: 'X', value: '1' }] }),
    containers({
      name: 'a',
      ports: [{ containerPort: 80, name: 'web' }],
      env: [
        { name: 'X', value: null },
        { name: 'Y', value: '2' },
      ],
    }),
    containers({
      name: 'a',
      ports: [{ containerPort: 80, protocol: 'TCP', name: 'web' }],
      env: [{ name: 'X' }, { name: 'Y', value: '2' }],
    }),
  ],
];

test('strategic merge', () => {
  for (const [name, type, live, patch, want] of CASES) {
    const before = JSON.stringify([live, patch]);
    assert.deepEqual(applyStrategicMergePatch(live, patch, getType(type)), want, name);
    assert.equal(JSON.stringify([live, patch]), before, `${name}: the inputs stay as they are`);
  }
});

test('patches that do not fit are refused', () => {
  const cases: [Json, unknown, number, RegExp][] = [
    [containers({ name: 'a' }), containers({ image: 'x' }), 500, /does not contain declared merge key: name/],
    [containers({ name: 'a' }), containers('a'), 500, /list element types are not identical/],
    [containers({ name: 'a' }), containers({ name: 'a', $patch: 'nope' }), 500, /unknown patch type: nope/],
    [
      containers({ name: 'a' }),
      { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] } },
      500,
      /^The order in patch list:/,
    ],
    [{ spec: { a: {} } }, { spec: { a: { b: 1 } } }, 500, /unable to find api field in struct PodSpec for the json field "a"/],
    [{ spec: {} }, { spec: { $retainKeys: 'x' } }, 400, /invalid patch format of retainKeys/],
    [{}, [], 400, /cannot unmarshal array into Go value of type map/],
    [
      { spec: { tolerations: [[]] } },
      { spec: { '$setElementOrder/tolerations': [], tolerations: [[]] } },
      422,
      /the server rejected our request due to an error in our request/,
    ],
  ];
  for (const [live, patch, code, message] of cases) {
    assert.throws(
      () => applyStrategicMergePatch(live, patch, getType(POD)),
      (e) => e instanceof StatusError && e.code === code && message.test(e.message),
      JSON.stringify(patch),
    );
  }
});

test('a strategic patch cannot reach the prototype', () => {
  const patch = JSON.parse('{"metadata":{"labels":{"__proto__":{"polluted":"yes"}}},"__proto__":{"polluted":"yes"}}') as Json;
  const out = applyStrategicMergePatch({ metadata: { labels: { a: '1' } } }, patch, getType(POD));
  assert.equal(JSON.stringify(out), '{"metadata":{"labels":{"a":"1","__proto__":{"polluted":"yes"}}},"__proto__":{"polluted":"yes"}}');
  assert.equal(({} as { polluted?: string }).polluted, undefined);
});
