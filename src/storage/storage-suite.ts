/** The storage contract as tests. Every driver runs it: `storageSuite('memory', () => memoryStorage())`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  FutureRevisionError,
  MAX_VALUE_BYTES,
  RevisionCompactedError,
  type Storage,
  type StorageEvent,
  ValueTooLargeError,
} from './storage.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Collects events and lets a test wait for a number of them. */
class Collector {
  readonly events: StorageEvent[] = [];
  readonly errors: Error[] = [];
  progress = 0;
  onEvents(events: readonly StorageEvent[]): void {
    this.events.push(...events);
  }
  onProgress(revision: number): void {
    this.progress = revision;
  }
  onError(error: Error): void {
    this.errors.push(error);
  }
  async until(done: () => boolean, what: string): Promise<void> {
    for (const end = Date.now() + 5000; !done(); await turn()) if (Date.now() > end) assert.fail(`waited 5 s for ${what}`);
  }
  async count(n: number): Promise<string[]> {
    await this.until(() => this.events.length >= n, `${n} events, have ${this.events.length}`);
    return this.events.map((e) => `${e.revision} ${e.type} ${e.key} ${text(e.value) ?? '-'}`);
  }
}

async function put(storage: Storage, key: string, value: string): Promise<number> {
  const current = await storage.get(key);
  const result = await storage.update(key, bytes(value), current?.modRevision ?? 0);
  assert.ok(result.ok);
  return result.revision;
}

async function remove(storage: Storage, key: string): Promise<number> {
  const result = await storage.delete(key, (await storage.get(key))?.modRevision ?? 0);
  assert.ok(result.ok);
  return result.revision;
}

const summary = (items: readonly { key: string; value: Uint8Array }[]) => items.map((item) => `${item.key}=${text(item.value)}`);

/** `makeStorage` gives an empty store; the suite closes it. */
export function storageSuite(name: string, makeStorage: () => Promise<Storage> | Storage): void {
  const test = (title: string, body: (storage: Storage) => Promise<void>) =>
    it(title, async () => {
      const storage = await makeStorage();
      try {
        await body(storage);
      } finally {
        await storage.close();
      }
    });

  describe(`storage contract: ${name}`, () => {
    describe('writes', () => writes(test));
    describe('lists', () => lists(test));
    describe('watches', () => watches(test));
    describe('compaction', () => compaction(test));
  });
}

type Test = (title: string, body: (storage: Storage) => Promise<void>) => void;

function writes(test: Test): void {
  test('an empty store is at revision 1 and has nothing', async (storage) => {
    assert.equal(await storage.revision(), 1);
    assert.equal(await storage.get('/a'), undefined);
    assert.deepEqual(await storage.list('/'), { items: [], revision: 1, more: false, remaining: 0 });
  });

  test('create, get, update, delete move one global revision', async (storage) => {
    assert.deepEqual(await storage.create('/a', bytes('1')), { ok: true, revision: 2 });
    assert.deepEqual(await storage.create('/b', bytes('1')), { ok: true, revision: 3 });
    assert.deepEqual(await storage.update('/a', bytes('2'), 2), { ok: true, revision: 4 });
    const stored = await storage.get('/a');
    assert.deepEqual({ ...stored, value: text(stored?.value) }, { key: '/a', value: '2', modRevision: 4, createRevision: 2 });
    assert.deepEqual(await storage.delete('/a', 4), { ok: true, revision: 5 });
    assert.equal(await storage.get('/a'), undefined);
    assert.equal(await storage.revision(), 5);
    assert.deepEqual(await storage.create('/a', bytes('3')), { ok: true, revision: 6 });
    assert.equal((await storage.get('/a'))?.createRevision, 6);
  });

  test('a refused write says what is there and changes nothing', async (storage) => {
    await storage.create('/a', bytes('1'));
    for (const refused of [
      await storage.create('/a', bytes('x')),
      await storage.update('/a', bytes('x'), 1),
      await storage.update('/a', bytes('x'), 99),
      await storage.delete('/a', 1),
    ]) {
      assert.ok(!refused.ok);
      assert.equal(text(refused.current?.value), '1');
      assert.equal(refused.current?.modRevision, 2);
    }
    assert.deepEqual(await storage.update('/none', bytes('x'), 7), { ok: false, current: undefined });
    assert.deepEqual(await storage.delete('/none', 7), { ok: false, current: undefined });
    assert.equal(await storage.revision(), 2);
  });

  test('of many concurrent writers of one key exactly one wins each round', async (storage) => {
    await storage.create('/k', bytes('0'));
    for (let round = 0; round < 5; round++) {
      const current = await storage.get('/k');
      assert.ok(current);
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => storage.update('/k', bytes(`${round}.${i}`), current.modRevision)),
      );
      const won = results.flatMap((result, i) => (result.ok ? [i] : []));
      assert.equal(won.length, 1);
      assert.equal(text((await storage.get('/k'))?.value), `${round}.${won[0]}`);
    }
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => storage.create('/new', bytes(String(i)))));
    assert.equal(created.filter((result) => result.ok).length, 1);
  });

  test('revisions of concurrent writes are distinct, and every write is there', async (storage) => {
    const results = await Promise.all(Array.from({ length: 200 }, (_, i) => storage.create(`/n/${i}`, bytes(String(i)))));
    const revisions = results.map((result) => (result.ok ? result.revision : 0));
    assert.deepEqual(
      revisions.toSorted((a, b) => a - b),
      Array.from({ length: 200 }, (_, i) => i + 2),
    );
    assert.equal((await storage.list('/n/')).items.length, 200);
    assert.equal(await storage.revision(), 201);
  });

  test('a value above the limit is refused, one at it is kept', async (storage) => {
    await assert.rejects(storage.create('/big', new Uint8Array(MAX_VALUE_BYTES + 1)), ValueTooLargeError);
    const big = new Uint8Array(MAX_VALUE_BYTES - 1024).fill(65);
    assert.ok((await storage.create('/big', big)).ok);
    assert.equal((await storage.get('/big'))?.value.byteLength, big.byteLength);
  });
}

function lists(test: Test): void {
  test('keys come in order, the prefix bounds them', async (storage) => {
    for (const key of ['/r/b/1', '/r/a/2', '/r/a/1', '/r/a-x/1', '/r/a/10', '/s/1', '/r']) await storage.create(key, bytes('v'));
    const keys = async (prefix: string) => (await storage.list(prefix)).items.map((item) => item.key);
    assert.deepEqual(await keys('/r/'), ['/r/a-x/1', '/r/a/1', '/r/a/10', '/r/a/2', '/r/b/1']);
    assert.deepEqual(await keys('/r/a/'), ['/r/a/1', '/r/a/10', '/r/a/2']);
    assert.deepEqual(await keys('/none/'), []);
  });

  test('limit and from cut pages that say what remains', async (storage) => {
    for (let i = 0; i < 10; i++) await storage.create(`/p/${i}`, bytes(String(i)));
    const first = await storage.list('/p/', { limit: 4 });
    assert.deepEqual(
      [summary(first.items), first.more, first.remaining, first.revision],
      [['/p/0=0', '/p/1=1', '/p/2=2', '/p/3=3'], true, 6, 11],
    );
    const last = await storage.list('/p/', { limit: 4, from: '/p/7' });
    assert.deepEqual([summary(last.items), last.more, last.remaining], [['/p/7=7', '/p/8=8', '/p/9=9'], false, 0]);
    assert.deepEqual(summary((await storage.list('/p/', { from: '/p/8\0' })).items), ['/p/9=9']);
    assert.equal((await storage.list('/p/', { limit: 10 })).more, false);
  });

  test('a list at a revision shows the state of then, page by page', async (storage) => {
    for (const key of ['/p/a', '/p/b', '/p/c', '/p/d']) await put(storage, key, '1');
    const then = await storage.revision();
    await put(storage, '/p/b', '2');
    await put(storage, '/p/b', '3');
    await remove(storage, '/p/c');
    await put(storage, '/p/bb', 'new');
    await remove(storage, '/p/a');
    await put(storage, '/p/a', 'again');
    await put(storage, '/other', 'x');
    const one = await storage.list('/p/', { revision: then, limit: 2 });
    assert.deepEqual([summary(one.items), one.revision, one.remaining], [['/p/a=1', '/p/b=1'], then, 2]);
    assert.equal(one.items[1]?.modRevision, 3);
    const two = await storage.list('/p/', { revision: then, limit: 2, from: '/p/b\0' });
    assert.deepEqual([summary(two.items), two.more], [['/p/c=1', '/p/d=1'], false]);
    assert.deepEqual(summary((await storage.list('/p/', { revision: then + 2 })).items), ['/p/a=1', '/p/b=3', '/p/c=1', '/p/d=1']);
    assert.deepEqual(summary((await storage.list('/p/')).items), ['/p/a=again', '/p/b=3', '/p/bb=new', '/p/d=1']);
    assert.deepEqual((await storage.list('/p/', { revision: 1 })).items, []);
  });

  test('a list at a revision that lies ahead is an error', async (storage) => {
    await assert.rejects(storage.list('/', { revision: 5 }), FutureRevisionError);
  });
}

function watches(test: Test): void {
  test('live events come in order, of the prefix only, before the write resolves in drivers of this process', async (storage) => {
    const seen = new Collector();
    const stop = storage.watch('/w/', await storage.revision(), seen);
    await put(storage, '/w/a', '1');
    await put(storage, '/x/a', 'no');
    await put(storage, '/w/a', '2');
    await remove(storage, '/w/a');
    assert.deepEqual(await seen.count(3), ['2 put /w/a 1', '4 put /w/a 2', '5 delete /w/a -']);
    assert.equal(seen.events[0]?.previous, undefined);
    assert.deepEqual([text(seen.events[1]?.previous?.value), seen.events[1]?.previous?.modRevision], ['1', 2]);
    assert.deepEqual([text(seen.events[2]?.previous?.value), seen.events[2]?.previous?.createRevision], ['2', 2]);
    stop();
    await put(storage, '/w/a', '3');
    await turn();
    assert.equal(seen.events.length, 3);
  });

  test('a watch resumes after any revision, with history first and live events after, none twice', async (storage) => {
    for (let i = 0; i < 1500; i++) void storage.create(`/w/${i}`, bytes('h'));
    await put(storage, '/w/last', 'h');
    const all = new Collector();
    const late = new Collector();
    storage.watch('/w/', 1, all);
    storage.watch('/w/', 1402, late);
    const live: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      live.push(storage.create(`/w/live-${i}`, bytes('l')));
      if (i % 10 === 0) await turn();
    }
    await Promise.all(live);
    await all.count(1701);
    await late.count(300);
    assert.deepEqual(
      all.events.map((e) => e.revision),
      Array.from({ length: 1701 }, (_, i) => i + 2),
    );
    assert.deepEqual(
      late.events.map((e) => e.revision),
      Array.from({ length: 300 }, (_, i) => i + 1403),
    );
  });

  test('a watch after a revision that lies ahead begins there', async (storage) => {
    const seen = new Collector();
    storage.watch('/w/', 3, seen);
    for (const value of ['a', 'b', 'c']) await put(storage, '/w/k', value);
    assert.deepEqual(await seen.count(1), ['4 put /w/k c']);
  });

  test('the attachment of a write comes with its event when the writer is this process', async (storage) => {
    const seen = new Collector();
    storage.watch('/w/', 1, seen);
    const attachment = { decoded: true };
    await storage.create('/w/k', bytes('1'), { attachment });
    await seen.count(1);
    assert.equal(seen.events[0]?.attachment, attachment);
  });

  test('progress says that everything up to a revision was given, also when nothing of the prefix changed', async (storage) => {
    const seen = new Collector();
    storage.watch('/w/', 1, seen);
    await put(storage, '/w/k', '1');
    const revision = await put(storage, '/elsewhere', '1');
    await seen.until(() => {
      storage.requestProgress();
      return seen.progress >= revision;
    }, 'progress');
    assert.equal(seen.events.length, 1);
  });

  test('a sink may write: nobody sees events out of order', async (storage) => {
    const second = new Collector();
    let answer: Promise<unknown> | undefined;
    storage.watch('/w/', 1, { onEvents: () => void (answer ??= storage.create('/w/answer', bytes('a'))), onError: () => {} });
    storage.watch('/w/', 1, second);
    await storage.create('/w/question', bytes('q'));
    assert.deepEqual(await second.count(2), ['2 put /w/question q', '3 put /w/answer a']);
    await answer;
  });

  test('closing the store ends its watches with an error', async (storage) => {
    const seen = new Collector();
    storage.watch('/w/', 1, seen);
    await turn();
    await storage.close();
    await seen.until(() => seen.errors.length === 1, 'the error');
    await assert.rejects(storage.create('/w/k', bytes('1')));
    await assert.rejects(storage.get('/w/k'));
  });
}

function compaction(test: Test): void {
  test('compaction forgets what was before and keeps the state', async (storage) => {
    for (const value of ['1', '2', '3']) await put(storage, '/c/a', value);
    await put(storage, '/c/b', '1');
    await remove(storage, '/c/b');
    const at = await storage.revision();
    await put(storage, '/c/a', '4');
    await storage.compact(at);
    assert.deepEqual(summary((await storage.list('/c/')).items), ['/c/a=4']);
    assert.deepEqual(summary((await storage.list('/c/', { revision: at })).items), ['/c/a=3']);
    await assert.rejects(
      storage.list('/c/', { revision: at - 2 }),
      (error) => error instanceof RevisionCompactedError && error.compactedRevision === at,
    );

    const old = new Collector();
    storage.watch('/c/', at - 3, old);
    await old.until(() => old.errors.length === 1, 'the compacted error');
    assert.ok(old.errors[0] instanceof RevisionCompactedError);
    assert.equal(old.events.length, 0);

    const resumed = new Collector();
    storage.watch('/c/', at, resumed);
    assert.deepEqual(await resumed.count(1), [`${at + 1} put /c/a 4`]);
  });

  test('compacting twice, or ahead, is an error', async (storage) => {
    await put(storage, '/c/a', '1');
    await put(storage, '/c/a', '2');
    await storage.compact(2);
    await assert.rejects(storage.compact(2), RevisionCompactedError);
    await assert.rejects(storage.compact(99), FutureRevisionError);
    await storage.compact(3);
    assert.equal(text((await storage.get('/c/a'))?.value), '2');
  });

  test('many compactions between changes never lose a value', async (storage) => {
    for (let i = 0; i < 60; i++) {
      await put(storage, `/c/${i % 7}`, String(i));
      if (i % 5 === 0) await remove(storage, `/c/${i % 7}`);
      if (i % 4 === 3) await storage.compact((await storage.revision()) - 2);
    }
    const { items } = await storage.list('/c/');
    assert.deepEqual(summary(items), ['/c/0=56', '/c/1=57', '/c/2=58', '/c/3=59', '/c/4=53', '/c/5=54']);
  });
}
