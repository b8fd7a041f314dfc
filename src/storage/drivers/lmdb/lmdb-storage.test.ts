import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { DirectoryLockedError } from '../../../host/directory-lock.ts';
import { storageSuite } from '../../storage-suite.ts';
import { RevisionCompactedError, StorageFullError } from '../../storage.ts';
import { lmdbStorage, StoreDamagedError } from './lmdb-storage.ts';

const root = mkdtempSync(join(tmpdir(), 'lmdb-storage-'));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const newDirectory = () => join(root, String(++count));
const bytes = (text: string) => Buffer.from(text);

storageSuite('lmdb', () => lmdbStorage({ directory: newDirectory() }));

test('everything is there after closing and opening: values, revisions, history, compaction', async () => {
  const directory = newDirectory();
  const first = lmdbStorage({ directory });
  await first.create('/a', bytes('1'));
  await first.create('/b', bytes('1'));
  await first.update('/a', bytes('2'), 2);
  await first.delete('/b', 3);
  await first.compact(5);
  await first.close();

  const second = lmdbStorage({ directory });
  assert.equal(await second.revision(), 5, 'the revision must not fall back when the last record was a compacted deletion');
  assert.deepEqual(
    (await second.list('/')).items.map((item) => [item.key, String(item.value), item.modRevision, item.createRevision]),
    [['/a', '2', 4, 2]],
  );
  await assert.rejects(second.list('/', { revision: 4 }), RevisionCompactedError);
  assert.deepEqual(await second.create('/b', bytes('2')), { ok: true, revision: 6 });
  await second.close();

  const third = lmdbStorage({ directory });
  const seen: string[] = [];
  third.watch('/', 5, {
    onEvents: (events) => void seen.push(...events.map((e) => `${e.revision} ${e.type} ${e.key}`)),
    onError: () => {},
  });
  await third.update('/a', bytes('3'), 4);
  assert.deepEqual(seen, ['6 put /b', '7 put /a']);
  await third.close();
});

const WRITER = `
import { lmdbStorage } from ${JSON.stringify(new URL('./lmdb-storage.ts', import.meta.url).href)};
const storage = lmdbStorage({ directory: process.argv[2] });
let n = 0;
const write = async () => {
  for (;;) {
    const key = '/k/' + process.argv[3] + '/' + n++;
    const result = await storage.create(key, Buffer.from(key.padEnd(700, 'x')));
    process.stdout.write(result.revision + ' ' + key + '\\n');
    if (n % 301 === 0) await storage.compact(result.revision - 5).catch(() => {});
  }
};
await Promise.all(Array.from({ length: 16 }, write));
`;

test('kill -9 in the middle of writing loses nothing that was acknowledged, three times over', async () => {
  const directory = newDirectory();
  const script = join(root, 'writer.mjs');
  writeFileSync(script, WRITER);
  const acknowledged = new Map<string, number>();
  for (let round = 1; round <= 3; round++) {
    const child = spawn(process.execPath, [script, directory, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [revision = '', key = ''] = line.split(' ');
      acknowledged.set(key, Number(revision));
      if (acknowledged.size === 400 * round) child.kill('SIGKILL');
    }
    await exit;
    const storage = lmdbStorage({ directory });
    try {
      assert.ok((await storage.revision()) >= Math.max(...acknowledged.values()), 'the revision is behind an acknowledged write');
      const stored = new Map((await storage.list('/k/')).items.map((item) => [item.key, item]));
      for (const [key, at] of acknowledged) {
        assert.equal(stored.get(key)?.modRevision, at, key);
        assert.equal(String(stored.get(key)?.value), key.padEnd(700, 'x'));
      }
    } finally {
      await storage.close();
    }
  }
});

test('a directory in use is refused with the holder; one left by a killed process is taken over', async () => {
  const directory = newDirectory();
  const storage = lmdbStorage({ directory });
  assert.throws(
    () => lmdbStorage({ directory }),
    (error) => error instanceof DirectoryLockedError && error.pid === process.pid,
  );
  await storage.close();
  writeFileSync(join(directory, 'LOCK'), '1 999 an-earlier-boot\n');
  await lmdbStorage({ directory }).close();
});

test('rubbish instead of a store is an error that says what to do', async () => {
  const rubbish = newDirectory();
  mkdirSync(rubbish);
  writeFileSync(join(rubbish, 'data.mdb'), 'x'.repeat(100_000));
  assert.throws(
    () => lmdbStorage({ directory: rubbish }),
    (error) => error instanceof StoreDamagedError && /not an LMDB file.*move the directory away/.test(error.message),
  );
  assert.throws(() => lmdbStorage({ directory: rubbish }), StoreDamagedError, 'the failed attempt left no lock behind');

  const cut = newDirectory();
  const storage = lmdbStorage({ directory: cut });
  await storage.create('/a', bytes('1'));
  await storage.close();
  truncateSync(join(cut, 'data.mdb'), 10_000);
  assert.throws(() => lmdbStorage({ directory: cut }), /cut off/);
});

test('above its quota the store refuses values and still takes deletions', async () => {
  const storage = lmdbStorage({ directory: newDirectory(), quotaBytes: 200_000 });
  const value = Buffer.alloc(20_000, 1);
  let n = 0;
  await assert.rejects(async () => {
    for (; n < 50; n++) await storage.create(`/k/${n}`, value);
  }, StorageFullError);
  assert.ok(n > 3);
  assert.equal((await storage.list('/k/')).items.length, n);
  assert.deepEqual(await storage.delete('/k/0', 2), { ok: true, revision: n + 2 });
  await storage.close();
});

test('a full disk fails the write, keeps what was acknowledged, and is over when there is room again', async () => {
  const mount = newDirectory();
  mkdirSync(mount);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]);
  try {
    const directory = join(mount, 'store');
    const storage = lmdbStorage({ directory });
    const kept: string[] = [];
    const seen: string[] = [];
    storage.watch('/', 1, { onEvents: (events) => void seen.push(...events.map((e) => e.key)), onError: () => {} });
    await assert.rejects(async () => {
      for (let i = 0; i < 5000; i++) {
        await storage.create(`/k/${i}`, Buffer.alloc(1000, i));
        kept.push(`/k/${i}`);
      }
    }, StorageFullError);
    assert.ok(kept.length > 100);
    assert.deepEqual(seen, kept);
    assert.equal(await storage.revision(), kept.length + 1);
    execFileSync('mount', ['-o', 'remount,size=4m', mount]);
    assert.deepEqual(await storage.create('/k/again', bytes('1')), { ok: true, revision: kept.length + 2 });
    await storage.close();
    const reopened = lmdbStorage({ directory });
    assert.deepEqual((await reopened.list('/k/')).items.map((item) => item.key).sort(), [...kept, '/k/again'].sort());
    await reopened.close();
  } finally {
    execFileSync('umount', [mount]);
  }
});
