import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import type { CacheEvent } from './cache-event.ts';
import { memoryStorage } from './drivers/memory/memory-storage.ts';
import { RevisionCompactedError, type Storage } from './storage.ts';
import { ResourceVersionTooLargeError, WatchCache, type WatchCacheOptions } from './watch-cache.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const podJson = (name: string, node: string, labels: Record<string, string> = {}) =>
  Buffer.from(JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { name, labels }, spec: { nodeName: node } }));
const nodeOf = (object: { object: { [field: string]: unknown } }) => (object.object['spec'] as { nodeName: string }).nodeName;
const keyOf = (name: string) => `/registry/pods/default/${name}`;

async function setUp(options: Partial<WatchCacheOptions> = {}): Promise<{ storage: Storage; cache: WatchCache; clock: FakeClock }> {
  const storage = options.storage ?? memoryStorage();
  const clock = new FakeClock();
  const cache = new WatchCache({ storage, prefix: '/registry/pods/', apiVersion: 'v1', kind: 'Pod', clock, log: silentLogger, ...options });
  await cache.ready();
  return { storage, cache, clock };
}

async function put(storage: Storage, name: string, node: string, labels?: Record<string, string>): Promise<number> {
  const current = await storage.get(keyOf(name));
  const result = await storage.update(keyOf(name), podJson(name, node, labels), current?.modRevision ?? 0);
  assert.ok(result.ok);
  return result.revision;
}

/** Keeps what it was sent; can be told to be full. */
class Sink {
  readonly lines: string[] = [];
  readonly events: CacheEvent[] = [];
  full = false;
  ended: { error: Error | undefined } | undefined;
  send(event: CacheEvent): boolean {
    this.events.push(event);
    const name = event.object.object.metadata.name;
    this.lines.push(
      event.type === 'BOOKMARK'
        ? `BOOKMARK ${event.revision}${event.initialEventsEnd ? ' end' : ''}`
        : `${event.type} ${name} ${event.revision}`,
    );
    return !this.full;
  }
  end(error?: Error): void {
    this.ended = { error };
  }
}

test('objects carry their resourceVersion, in the bytes and decoded, from a list, from an event and from an attachment', async () => {
  const storage = memoryStorage();
  await put(storage, 'a', 'n1');
  const { cache } = await setUp({ storage });
  const written = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'b' } };
  await storage.create(keyOf('b'), Buffer.from(JSON.stringify(written)), { attachment: written });
  await storage.create(keyOf('c'), Buffer.from('{"apiVersion":"v1","kind":"Pod","metadata":{},"x":"\\"metadata\\":{"}'));
  assert.equal(
    cache.get(keyOf('a'))?.bytes.toString(),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"2","name":"a","labels":{}},"spec":{"nodeName":"n1"}}',
  );
  assert.deepEqual(cache.get(keyOf('a'))?.object.metadata, { resourceVersion: '2', name: 'a', labels: {} });
  assert.equal(cache.get(keyOf('b'))?.bytes.toString(), '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"3","name":"b"}}');
  assert.deepEqual(cache.get(keyOf('b'))?.object, { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '3', name: 'b' } });
  assert.equal('resourceVersion' in written.metadata, false);
  assert.equal(
    cache.get(keyOf('c'))?.bytes.toString(),
    '{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"4"},"x":"\\"metadata\\":{"}',
  );
  assert.equal(
    cache.get(keyOf('a'))?.at(77).bytes.toString().slice(0, 69),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"77","n',
  );
  assert.equal(cache.get(keyOf('c'))?.at(9).object.metadata.resourceVersion, '9');
});

test('lists page in key order, at the current revision and at earlier ones from history and from the storage', async () => {
  const { storage, cache } = await setUp({ ring: { minCapacity: 4, maxCapacity: 4 } });
  for (const name of ['b', 'a', 'c']) await put(storage, name, 'n');
  await storage.create('/registry/pods/other/z', podJson('z', 'n'));
  await storage.create('/registry/podtemplates/default/z', podJson('z', 'n'));
  const names = (list: { items: { key: string }[] }) => list.items.map((item) => item.key.slice('/registry/pods/'.length));
  const first = cache.list({ prefix: '/registry/pods/default/', limit: 2 });
  assert.deepEqual([names(first), first.more, first.remaining], [['default/a', 'default/b'], true, 1]);
  assert.deepEqual(names(cache.list()), ['default/a', 'default/b', 'default/c', 'other/z']);
  assert.equal(await cache.consistent(), 6);
  assert.deepEqual(names(await cache.listAt(3)), ['default/a', 'default/b']);
  for (let i = 0; i < 6; i++) await put(storage, 'a', `n${i}`);
  const old = await cache.listAt(3, { from: '/registry/pods/default/a\0' });
  assert.deepEqual([names(old), old.revision, old.items[0]?.bytes.toString().includes('"resourceVersion":"2"')], [['default/b'], 3, true]);
  await storage.compact(5);
  await assert.rejects(cache.listAt(3), RevisionCompactedError);
});

test('a watch gives changes in order, encoded once for all watchers', async () => {
  const { storage, cache } = await setUp();
  await put(storage, 'a', 'n1');
  const [one, two, single] = [new Sink(), new Sink(), new Sink()];
  cache.watch({ afterRevision: 2, sink: one });
  cache.watch({ afterRevision: 2, sink: two });
  cache.watch({ afterRevision: 2, key: keyOf('b'), sink: single });
  await turn();
  await put(storage, 'a', 'n2');
  await put(storage, 'b', 'n2');
  await storage.delete(keyOf('a'), 3);
  assert.deepEqual(one.lines, ['MODIFIED a 3', 'ADDED b 4', 'DELETED a 5']);
  assert.deepEqual(two.lines, one.lines);
  assert.deepEqual(single.lines, ['ADDED b 4']);
  assert.equal(one.events[0]?.frame, two.events[0]?.frame);
  assert.equal(
    one.events[2]?.frame.toString(),
    '{"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"5","name":"a","labels":{}},"spec":{"nodeName":"n2"}}}\n',
  );
  assert.equal(one.events[2]?.previous?.revision, 3);
});

test('a filter turns changes into additions and deletions; a deletion shows the last matching state', async () => {
  const { storage, cache } = await setUp();
  const sink = new Sink();
  cache.watch({ afterRevision: 0, filter: (object) => object.labels?.['app'] === 'x', sink });
  await turn();
  await put(storage, 'a', 'n', { app: 'y' });
  await put(storage, 'a', 'n', { app: 'x' });
  await put(storage, 'a', 'n', { app: 'x', more: '1' });
  await put(storage, 'a', 'n', { app: 'z' });
  await put(storage, 'a', 'n', { app: 'x' });
  await storage.delete(keyOf('a'), 6);
  assert.deepEqual(sink.lines, ['ADDED a 3', 'MODIFIED a 4', 'DELETED a 5', 'ADDED a 6', 'DELETED a 7']);
  assert.deepEqual(sink.events[2]?.object.labels, { app: 'x', more: '1' });
});

test('an index routes changes to the watchers of the old and the new value, and lists by value', async () => {
  const { storage, cache } = await setUp({ indexes: { 'spec.nodeName': nodeOf } });
  let evaluated = 0;
  const sinks = ['n1', 'n2', 'n3'].map((node) => {
    const sink = new Sink();
    const filter = (object: Parameters<typeof nodeOf>[0]) => (evaluated++, nodeOf(object) === node);
    cache.watch({ afterRevision: 0, trigger: { index: 'spec.nodeName', value: node }, filter, sink });
    return sink;
  });
  await turn();
  await put(storage, 'a', 'n1');
  await put(storage, 'b', 'n1');
  await put(storage, 'a', 'n2');
  assert.deepEqual(
    sinks.map((sink) => sink.lines),
    [['ADDED a 2', 'ADDED b 3', 'DELETED a 4'], ['ADDED a 4'], []],
  );
  assert.equal(evaluated, 1 + 1 + 2 + 2);
  assert.deepEqual(
    cache.byIndex('spec.nodeName', 'n1').map((o) => o.key),
    [keyOf('b')],
  );
  assert.deepEqual(
    cache.byIndex('spec.nodeName', 'n2').map((o) => o.key),
    [keyOf('a')],
  );
  assert.deepEqual(cache.byIndex('spec.nodeName', 'none'), []);
});

test('the state comes first when asked for, then the bookmark that ends it, then changes; a slow reader misses nothing', async () => {
  const { storage, cache } = await setUp();
  for (let i = 0; i < 600; i++) await put(storage, `p${String(i).padStart(3, '0')}`, 'n');
  const sink = new Sink();
  const watch = cache.watch({ afterRevision: 0, sendInitialEvents: true, bookmarks: true, sink });
  sink.full = true;
  await turn();
  assert.equal(sink.lines.length, 1);
  await put(storage, 'p000', 'changed');
  sink.full = false;
  watch.resume();
  for (let i = 0; i < 10; i++) await turn();
  assert.equal(sink.lines.length, 602);
  assert.deepEqual(sink.lines.slice(-3), ['ADDED p599 601', 'BOOKMARK 601 end', 'MODIFIED p000 602']);
  assert.match(
    sink.events[600]?.frame.toString() ?? '',
    /"metadata":\{"resourceVersion":"601","annotations":\{"k8s.io\/initial-events-end":"true"\}\}/,
  );

  sink.full = true;
  await put(storage, 'p001', 'live');
  await put(storage, 'p002', 'missed');
  await put(storage, 'p003', 'missed');
  assert.equal(sink.lines.length, 603);
  sink.full = false;
  watch.resume();
  await put(storage, 'p004', 'live');
  assert.deepEqual(sink.lines.slice(602), ['MODIFIED p001 603', 'MODIFIED p002 604', 'MODIFIED p003 605', 'MODIFIED p004 606']);
});

test('a reader beyond its budget is closed, and one whose place in history is gone', async () => {
  const { storage, cache } = await setUp({ ring: { minCapacity: 10, maxCapacity: 10 }, watcherBudgetBytes: 50_000 });
  const sink = new Sink();
  cache.watch({ afterRevision: 0, sink });
  await turn();
  sink.full = true;
  for (let i = 0; i < 200; i++) await put(storage, 'a', `n${i}`);
  assert.equal(sink.lines.length, 1);
  assert.match(sink.ended?.error?.message ?? '', /does not read/);
  assert.equal(cache.watcherCount, 0);
});

test('a watch resumes from history and says when it is gone', async () => {
  const { storage, cache } = await setUp({ ring: { minCapacity: 5, maxCapacity: 5 } });
  for (let i = 0; i < 8; i++) await put(storage, 'a', `n${i}`);
  const sink = new Sink();
  cache.watch({ afterRevision: 6, sink });
  await turn();
  assert.deepEqual(sink.lines, ['MODIFIED a 7', 'MODIFIED a 8', 'MODIFIED a 9']);
  assert.throws(() => cache.watch({ afterRevision: 3, sink }), RevisionCompactedError);
  const none = new Sink();
  cache.watch({ afterRevision: 0, sendInitialEvents: false, sink: none });
  await turn();
  assert.deepEqual(none.lines, []);
});

test('history grows while changes are fresh and shrinks when they are stale', async () => {
  const { storage, cache, clock } = await setUp({ ring: { minCapacity: 4, maxCapacity: 64 } });
  for (let i = 0; i < 30; i++) await put(storage, 'a', `n${i}`);
  cache.watch({ afterRevision: 2, sink: new Sink() });
  await clock.advance(80_000);
  for (let i = 0; i < 40; i++) {
    await put(storage, 'a', `m${i}`);
    await clock.advance(80_000);
  }
  assert.throws(() => cache.watch({ afterRevision: 60, sink: new Sink() }), RevisionCompactedError);
  cache.watch({ afterRevision: 68, sink: new Sink() });
});

test('bookmarks come every minute and before the deadline, with the revision of the whole store', async () => {
  const { storage, cache, clock } = await setUp();
  const [plain, deadline, without] = [new Sink(), new Sink(), new Sink()];
  cache.watch({ afterRevision: 0, bookmarks: true, sink: plain });
  cache.watch({ afterRevision: 0, bookmarks: true, deadlineMs: 90_000, sink: deadline });
  cache.watch({ afterRevision: 0, sink: without });
  await storage.create('/registry/other/x', podJson('x', ''));
  await clock.advance(125_000);
  assert.deepEqual([plain.lines, deadline.lines, without.lines], [['BOOKMARK 2', 'BOOKMARK 2'], ['BOOKMARK 2', 'BOOKMARK 2'], []]);
  assert.equal(
    plain.events[0]?.frame.toString(),
    '{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"2"}}}\n',
  );
});

test('waiting for a revision ends when it comes, also by writes elsewhere, and fails in time', async () => {
  const { storage, cache, clock } = await setUp();
  const waiting = cache.waitFor(3);
  await storage.create('/registry/other/x', podJson('x', ''));
  await put(storage, 'a', 'n');
  await waiting;
  const late = assert.rejects(
    cache.waitFor(50),
    (error) => error instanceof ResourceVersionTooLargeError && error.message === 'Too large resource version: 50, current: 3',
  );
  await clock.advance(3100);
  await late;
});

test('when the storage watch breaks, watchers end and the cache fills anew', async () => {
  const inner = memoryStorage();
  let breakIt: (error: Error) => void = () => {};
  const storage = Object.create(inner, {
    watch: {
      value: (...[prefix, revision, sink]: Parameters<Storage['watch']>) => {
        const stop = inner.watch(prefix, revision, sink);
        breakIt = (error) => (stop(), sink.onError(error));
        return stop;
      },
    },
    list: { value: inner.list.bind(inner) },
    revision: { value: inner.revision.bind(inner) },
    requestProgress: { value: inner.requestProgress.bind(inner) },
  }) as Storage;
  const { cache } = await setUp({ storage });
  const sink = new Sink();
  cache.watch({ afterRevision: 0, sink });
  await turn();
  await put(inner, 'a', 'n');
  breakIt(new Error('connection lost'));
  assert.deepEqual(sink.ended, { error: undefined });
  assert.equal(cache.isReady, false);
  await cache.ready();
  assert.equal(cache.get(keyOf('a'))?.revision, 2);
  assert.throws(() => cache.watch({ afterRevision: 1, sink }), RevisionCompactedError);
});
