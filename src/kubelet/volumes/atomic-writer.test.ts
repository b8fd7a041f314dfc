import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { writeAtomically } from './atomic-writer.ts';
import type { Payload } from './payload/file-projection.ts';

const payload = (files: Record<string, string>, mode = 0o644): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'atomic-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('files appear through ..data, with their modes', async (t) => {
  const dir = directory(t);
  assert.equal(await writeAtomically(dir, payload({ a: '1', 'sub/b': '2' }, 0o400), 0), true);
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '1');
  assert.equal(readFileSync(join(dir, 'sub/b'), 'utf8'), '2');
  assert.equal(readlinkSync(join(dir, 'a')), '..data/a');
  assert.match(readlinkSync(join(dir, '..data')), /^\.\.1970_01_01_00_00_00\./);
  assert.equal(statSync(join(dir, 'a')).mode & 0o777, 0o400);
});

test('the same content is not written again', async (t) => {
  const dir = directory(t);
  await writeAtomically(dir, payload({ a: '1' }), 0);
  const before = readlinkSync(join(dir, '..data'));
  assert.equal(await writeAtomically(dir, payload({ a: '1' }), 5000), false);
  assert.equal(readlinkSync(join(dir, '..data')), before);
});

test('a change swaps the whole set and leaves nothing of the old one', async (t) => {
  const dir = directory(t);
  await writeAtomically(dir, payload({ a: '1', gone: 'x', 'sub/b': '2', 'sub/c': '3' }), 0);
  assert.equal(await writeAtomically(dir, payload({ a: '2', new: 'y', 'sub/b': '2' }), 5000), true);
  assert.deepEqual(
    readdirSync(dir)
      .filter((name) => !name.startsWith('..'))
      .sort(),
    ['a', 'new', 'sub'],
  );
  assert.deepEqual(readdirSync(join(dir, 'sub')), ['b']);
  assert.equal(readdirSync(dir).filter((name) => name.startsWith('..1970')).length, 1);
});

test('paths that leave the directory are refused', async (t) => {
  const dir = directory(t);
  for (const path of ['', '/abs', '../x', 'a/../../b', '..hidden']) {
    await assert.rejects(writeAtomically(dir, payload({ [path]: '' }), 0), /invalid path/);
  }
  assert.deepEqual(readdirSync(dir), []);
});
