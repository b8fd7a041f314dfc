import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../api/core/v1.gen.ts';
import { FakeClock, SeededRandom } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { expired } from '../machinery/status-error.ts';
import { Client } from './client.ts';
import { configMaps } from './resources.ts';
import { informerFactory } from './shared-informer.ts';
import type { Transport, TransportRequest, WatchEvent } from './transport.ts';

type Push = WatchEvent | Error | 'end';

/** A server of one collection, played by the test: what lists answer, what watches send. */
class ScriptedTransport implements Transport {
  items: ConfigMap[] = [];
  revision = 1;
  listError: Error | undefined;
  readonly requests: TransportRequest[] = [];
  #wake: (() => void) | undefined;
  #pushed: Push[] = [];

  request(request: TransportRequest): Promise<never> {
    this.requests.push(request);
    if (this.listError) return Promise.reject(this.listError);
    const body = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: String(this.revision) }, items: this.items };
    return Promise.resolve({ status: 200, headers: {}, body } as never);
  }

  async *watch(request: TransportRequest): AsyncGenerator<WatchEvent> {
    this.requests.push(request);
    request.signal?.addEventListener('abort', () => this.#wake?.());
    for (;;) {
      const next = this.#pushed.shift();
      if (request.signal?.aborted || next === 'end') return;
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  stream(): Promise<never> {
    return Promise.reject(new Error('not used'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  push(...events: Push[]): void {
    this.#pushed.push(...events);
    this.#wake?.();
  }

  queries(): string[] {
    return this.requests.map(({ query = {} }) => `${query['watch'] ? 'watch' : 'list'} ${String(query['resourceVersion'] ?? '')}`);
  }
}

const map = (name: string, revision: number, namespace = 'default'): ConfigMap =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid: name, resourceVersion: String(revision) },
    data: { r: String(revision) },
  }) as unknown as ConfigMap;
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

function setUp() {
  const transport = new ScriptedTransport();
  const clock = new FakeClock();
  const factory = informerFactory({ client: new Client(transport), clock, random: new SeededRandom(1), log: silentLogger });
  return { transport, clock, factory };
}

function record(log: string[]) {
  const id = (o: ConfigMap) => `${o.metadata.name}@${o.metadata.resourceVersion}`;
  return {
    onAdd: (o: ConfigMap, initial: boolean) => void log.push(`add ${id(o)}${initial ? ' initial' : ''}`),
    onUpdate: (a: ConfigMap, b: ConfigMap) => void log.push(`update ${id(a)} ${id(b)}`),
    onDelete: (o: ConfigMap, unknown: boolean) => void log.push(`delete ${id(o)}${unknown ? ' unknown' : ''}`),
  };
}

test('list, then watch from its revision; handlers hear everything in order, late ones get what is there', async () => {
  const { transport, factory } = setUp();
  transport.items = [map('a', 3), map('b', 4, 'other')];
  transport.revision = 10;
  const log: string[] = [];
  const informer = factory.informer(configMaps);
  assert.equal(factory.informer(configMaps), informer);
  informer.addHandler(record(log));
  assert.equal(informer.hasSynced, false);
  await informer.synced();
  assert.deepEqual(log, ['add a@3 initial', 'add b@4 initial']);
  await settle();
  transport.push(
    { type: 'ADDED', object: map('c', 11) },
    { type: 'MODIFIED', object: map('a', 12) },
    { type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '20' } } },
    { type: 'DELETED', object: map('c', 21) },
    'end',
  );
  await settle();
  assert.deepEqual(log.slice(2), ['add c@11', 'update a@3 a@12', 'delete c@21']);
  const late: string[] = [];
  const remove = informer.addHandler(record(late));
  await settle();
  assert.deepEqual(late, ['add a@12 initial', 'add b@4 initial']);
  remove();
  transport.push({ type: 'ADDED', object: map('d', 30) });
  await settle();
  assert.deepEqual([late.length, log.at(-1)], [2, 'add d@30']);
  assert.deepEqual(
    transport
      .queries()
      .filter((q) => q !== 'list 0')
      .slice(-2),
    ['watch 10', 'watch 21'],
  );
  await factory.stop();
});

test('the lister finds by key, namespace and index', async () => {
  const { transport, factory } = setUp();
  transport.items = [map('a', 3), map('b', 4, 'other'), map('c', 5)];
  const informer = factory.informer(configMaps, { namespace: '' });
  informer.addIndex('data', (object) => [object.data?.['r'] ?? '']);
  await factory.synced();
  await settle();
  assert.equal(informer.lister.get('other/b')?.metadata.resourceVersion, '4');
  assert.deepEqual(
    informer.lister.list('default').map((o) => o.metadata.name),
    ['a', 'c'],
  );
  assert.equal(informer.lister.list().length, 3);
  transport.push({ type: 'MODIFIED', object: map('c', 9) });
  await settle();
  assert.deepEqual([informer.lister.byIndex('data', '5').length, informer.lister.byIndex('data', '9').length], [0, 1]);
  assert.throws(() => informer.lister.byIndex('none', ''), /no such index/);
  await factory.stop();
});

test('410 on the watch: list again; what went meanwhile is reported with unknown final state', async () => {
  const { transport, factory } = setUp();
  transport.items = [map('a', 3), map('b', 4), map('same', 5)];
  transport.revision = 5;
  const log: string[] = [];
  const informer = factory.informer(configMaps);
  informer.addHandler(record(log));
  await informer.synced();
  await settle();
  transport.items = [map('a', 8), map('same', 5), map('new', 9)];
  transport.revision = 9;
  transport.push({ type: 'ERROR', object: expired('too old resource version: 5 (7)').status });
  await settle();
  assert.deepEqual(log.slice(3), ['update a@3 a@8', 'add new@9', 'delete b@4 unknown']);
  assert.deepEqual(transport.queries(), ['list 0', 'watch 5', 'list 5', 'watch 9']);
  await factory.stop();
});

test('errors back off and grow; a list that is expired is asked for without a revision', async () => {
  const { transport, clock, factory } = setUp();
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      await settle();
      await clock.advance(1000);
    }
    await settle();
  };
  transport.listError = new Error('connection refused');
  const informer = factory.informer(configMaps);
  await pass(60);
  const tries = transport.requests.length;
  assert.ok(tries >= 4 && tries <= 8, `${tries} tries in a minute`);
  transport.listError = expired('too old');
  await pass(60);
  transport.listError = undefined;
  await pass(60);
  await informer.synced();
  assert.deepEqual(transport.queries().slice(-2), ['list ', 'watch 1']);
  transport.push(new Error('reset by peer'));
  await settle();
  await pass(2);
  assert.equal(transport.queries().at(-1), 'watch 1');
  await factory.stop();
});

test('a handler that throws does not keep the others from hearing', async () => {
  const { transport, factory } = setUp();
  transport.items = [map('a', 3)];
  const log: string[] = [];
  const informer = factory.informer(configMaps);
  informer.addHandler({
    onAdd: () => {
      throw new Error('bad handler');
    },
  });
  informer.addHandler(record(log));
  await informer.synced();
  await settle();
  assert.deepEqual(log, ['add a@3 initial']);
  await factory.stop();
});
