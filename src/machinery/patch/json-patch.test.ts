import { test } from 'node:test';
import assert from 'node:assert/strict';
import { applyJsonPatch, runJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { StatusError } from '../status-error.ts';

type Case = readonly [document: unknown, patch: Record<string, unknown>[], want: unknown];

// RFC 6902 appendix A and what evanphx/json-patch makes of the odd ones.
const GOOD: readonly Case[] = [
  [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
  [{ foo: ['a', 'b'] }, [{ op: 'add', path: '/foo/1', value: 'q' }], { foo: ['a', 'q', 'b'] }],
  [{ foo: ['a'] }, [{ op: 'add', path: '/foo/-', value: ['b'] }], { foo: ['a', ['b']] }],
  [{ foo: ['a', 'b'] }, [{ op: 'add', path: '/foo/-1', value: 'q' }], { foo: ['a', 'b', 'q'] }],
  [{ a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  [{ a: [1, 2, 3] }, [{ op: 'remove', path: '/a/-1' }], { a: [1, 2] }],
  [{ a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
  [{ a: 1 }, [{ op: 'replace', path: '/new', value: 2 }], { a: 1, new: 2 }],
  [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 1 } }], { b: 1 }],
  [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
  [{ a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
  [
    { a: { b: [1] } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'add', path: '/c/b/-', value: 2 },
    ],
    { a: { b: [1] }, c: { b: [1, 2] } },
  ],
  [{ a: { b: [1, { c: null }] } }, [{ op: 'test', path: '/a', value: { b: [1, { c: null }] } }], { a: { b: [1, { c: null }] } }],
  [{}, [{ op: 'test', path: '/missing', value: null }], {}],
  [{}, [{ op: 'test', path: '/missing' }], {}],
  [
    { '/': 1, '~1': 2 },
    [
      { op: 'replace', path: '/~01', value: 3 },
      { op: 'replace', path: '/~1', value: 4 },
    ],
    { '/': 4, '~1': 3 },
  ],
  [{ a: 1 }, [{ op: 'add', path: 'x/b', value: 2 }], { a: 1, b: 2 }],
  [{ a: 1 }, [{ op: 'add', path: '/b' }], { a: 1, b: null }],
];

const BAD: readonly [document: unknown, patch: Record<string, unknown>[], message: string][] = [
  [{}, [{ op: 'add', path: '', value: 1 }], 'add operation does not apply: doc is missing path: "": missing value'],
  [{}, [{ op: 'add', path: '/a/b', value: 1 }], 'add operation does not apply: doc is missing path: "/a/b": missing value'],
  [{ a: 'x' }, [{ op: 'add', path: '/a/b', value: 1 }], 'add operation does not apply: doc is missing path: "/a/b": missing value'],
  [{}, [{ op: 'add', value: 1 }], 'add operation failed to decode path: missing value'],
  [
    { a: [] },
    [{ op: 'add', path: '/a/1', value: 1 }],
    "error in add for path: '/a/1': Unable to access invalid index: 1: invalid index referenced",
  ],
  [
    { a: [] },
    [{ op: 'add', path: '/a/x', value: 1 }],
    `error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
  ],
  [{}, [{ op: 'remove', path: '/a' }], "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value"],
  [{ a: [1] }, [{ op: 'replace', path: '/a/1', value: 1 }], 'replace operation does not apply: doc is missing key: /a/1: missing value'],
  [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 'testing value /a failed: test failed'],
  [{ a: 1 }, [{ op: 'test', path: '/constructor', value: {} }], 'testing value /constructor failed: test failed'],
  [{}, [{ op: 'move', from: '/a', path: '/b' }], "error in move for path: 'a': Unable to remove nonexistent key: a: missing value"],
  [{}, [{ op: 'spam', path: '/a' }], 'Unexpected kind: spam'],
  [{}, [{ path: '/a' }], 'Unexpected kind: unknown'],
];

test('JSON patch', () => {
  for (const [document, patch, want] of GOOD) {
    const before = JSON.stringify(document);
    assert.deepEqual(runJsonPatch(document, patch), want, JSON.stringify(patch));
    assert.equal(JSON.stringify(document), before, 'the document itself stays');
  }
  for (const [document, patch, message] of BAD) assert.throws(() => runJsonPatch(document, patch), { message }, JSON.stringify(patch));
});

test('JSON patch answers with the right status', () => {
  const status = (patch: unknown) => {
    try {
      applyJsonPatch({}, patch);
    } catch (error) {
      if (error instanceof StatusError) return [error.code, error.message];
    }
    return undefined;
  };
  assert.deepEqual(status([{ op: 'remove', path: '/a' }]), [422, 'the server rejected our request due to an error in our request']);
  assert.deepEqual(status({}), [400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp']);
  assert.deepEqual(status(['x']), [400, 'error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp']);
  assert.deepEqual(status(Array(10_001).fill({ op: 'add', path: '/a', value: 1 })), [
    413,
    'Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ]);
  const doubling = [{ op: 'add', path: '/a', value: 'x'.repeat(1000) }, ...Array(40).fill({ op: 'copy', from: '', path: '/b' })];
  assert.equal(status(doubling)?.[0], 422);
  const growing = [{ op: 'add', path: '/a', value: ['x'.repeat(1000)] }, ...Array(60).fill({ op: 'copy', from: '/a', path: '/a/-' })];
  assert.equal(status(growing)?.[0], 422, 'copies are bounded');
});

test('a patch cannot reach the prototype', () => {
  const patched = runJsonPatch({}, [
    { op: 'add', path: '/__proto__', value: { polluted: true } },
    { op: 'add', path: '/__proto__/more', value: true },
  ]);
  assert.equal(JSON.stringify(patched), '{"__proto__":{"polluted":true,"more":true}}');
  const merged = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'));
  assert.equal(JSON.stringify(merged), '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('merge patch (RFC 7386 appendix A)', () => {
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, { a: [{ b: null, c: 1 }, null] }, { a: [{ c: 1 }, null] }],
    [['a'], { a: 1 }, { a: 1 }],
  ];
  for (const [document, patch, want] of cases) {
    const before = JSON.stringify(document);
    assert.deepEqual(applyMergePatch(document, patch), want, JSON.stringify(patch));
    assert.equal(JSON.stringify(document), before);
  }
  assert.throws(() => applyMergePatch({}, [1]), StatusError);
  assert.throws(() => applyMergePatch({}, null), { message: 'Invalid JSON Patch' });
});
