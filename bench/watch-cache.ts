/** The watch cache alone, without HTTP: `node bench/watch-cache.ts`. Prints deliveries and changes per second, and list times. */
import { silentLogger } from '../src/base/log.ts';
import { systemClock } from '../src/host/clock.ts';
import { memoryStorage } from '../src/storage/drivers/memory/memory-storage.ts';
import { WatchCache } from '../src/storage/watch-cache.ts';

const storage = memoryStorage();
const pod = (i: number, node: string) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: `pod-${i}`, namespace: `ns-${i % 100}`, labels: { app: `app-${i % 50}` }, annotations: { text: 'x'.repeat(3000) } },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'pause' }] },
});
const key = (i: number) => `/registry/pods/ns-${i % 100}/pod-${i}`;
const time = async (name: string, count: number, body: () => Promise<void> | void) => {
  const begin = performance.now();
  await body();
  const ms = performance.now() - begin;
  console.log(`${name}: ${Math.round((count / ms) * 1000)}/s (${ms.toFixed(1)} ms)`);
};

const OBJECTS = 100_000;
const revisions: number[] = [];
for (let i = 0; i < OBJECTS; i++) {
  const result = await storage.create(key(i), Buffer.from(JSON.stringify(pod(i, `node-${i % 5000}`))));
  revisions.push(result.ok ? result.revision : 0);
}
const nodeOf = (object: { object: { [field: string]: unknown } }) => (object.object['spec'] as { nodeName: string }).nodeName;
const cache = new WatchCache({
  storage,
  prefix: '/registry/pods/',
  apiVersion: 'v1',
  kind: 'Pod',
  clock: systemClock,
  log: silentLogger,
  indexes: { 'spec.nodeName': nodeOf },
});
await time(`fill from the storage, ${OBJECTS} pods`, OBJECTS, () => cache.ready());
await time('list a namespace of 1000', 1, () => void cache.list({ prefix: '/registry/pods/ns-7/' }));
await time('list 100000, bytes made for the first time', OBJECTS, () => cache.list().items.forEach((item) => void item.bytes));
await time('list 100000, bytes at hand', OBJECTS, () => cache.list().items.forEach((item) => void item.bytes));

let delivered = 0;
let bytes = 0;
const sink = { send: (event: { frame: Buffer }) => ((delivered++, (bytes += event.frame.length)), true), end: () => {} };
const update = async (i: number, round: number) => {
  const object = pod(i, `node-${i % 5000}`);
  object.metadata.annotations.text = `${round}`;
  const result = await storage.update(key(i), Buffer.from(JSON.stringify(object)), revisions[i] ?? 0, { attachment: object });
  revisions[i] = result.ok ? result.revision : 0;
};
const watches = Array.from({ length: 5000 }, (_, i) =>
  cache.watch({
    afterRevision: cache.revision,
    trigger: { index: 'spec.nodeName', value: `node-${i}` },
    filter: (o) => nodeOf(o) === `node-${i}`,
    sink,
  }),
);
await new Promise((resolve) => setTimeout(resolve, 100));
await time('changes with 5000 watchers of one node each', 20_000, async () => {
  for (let i = 0; i < 20_000; i++) await update(i, 1);
});
console.log(`delivered ${delivered}`);
for (const watch of watches) watch.stop();
delivered = 0;
for (let i = 0; i < 1000; i++) cache.watch({ afterRevision: cache.revision, sink });
await new Promise((resolve) => setTimeout(resolve, 100));
await time('deliveries to 1000 watchers of everything', 2_000_000, async () => {
  for (let i = 0; i < 2000; i++) await update(i, 2);
});
console.log(
  `delivered ${delivered} (${Math.round(bytes / 1e6)} MB), heap ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB, rss ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
cache.stop();
await storage.close();
