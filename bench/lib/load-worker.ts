/** A process that makes load: takes a task as a message, answers with what it measured. Forked by load.ts. */
import { openH2Watches, type H2Watches } from './h2-watches.ts';
import { RawConnection } from './raw-connection.ts';

export interface RequestTask {
  readonly kind: 'create' | 'get' | 'list';
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** Stops after so many requests in this process. */
  readonly limit?: number;
  /** Distinguishes names made by this process. */
  readonly prefix: string;
  /** How many objects `get` may ask for: `<prefix>-0` and up. */
  readonly objects: number;
}

export interface WatchTask {
  readonly kind: 'watch';
  readonly url: string;
  readonly token: string;
  readonly path: string;
  readonly streams: number;
  readonly streamsPerConnection: number;
}

export type Task = RequestTask | WatchTask | { readonly kind: 'count' } | { readonly kind: 'stop' };

export interface RequestResult {
  readonly count: number;
  readonly bytes: number;
  readonly ms: number;
  /** Milliseconds each, unsorted. */
  readonly latencies: readonly number[];
}

const VALUE_BYTES = 1024;
const NAMESPACE = '/api/v1/namespaces/default/configmaps';
const watches: H2Watches[] = [];
let events = 0;

process.on('message', (task: Task) => {
  void run(task).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

async function run(task: Task): Promise<unknown> {
  if (task.kind === 'stop') {
    for (const watch of watches) watch.close();
    setImmediate(() => process.exit(0));
    return undefined;
  }
  if (task.kind === 'count') return events;
  if (task.kind === 'watch') return openWatches(task);
  return requests(task);
}

async function openWatches(task: WatchTask): Promise<void> {
  for (let left = task.streams; left > 0; left -= task.streamsPerConnection) {
    const streams = Math.min(left, task.streamsPerConnection);
    watches.push(await openH2Watches({ ...task, url: new URL(task.url), streams, onEvents: (count) => void (events += count) }));
  }
}

async function requests(task: RequestTask): Promise<RequestResult> {
  const url = new URL(task.url);
  const connections = await Promise.all(Array.from({ length: task.connections }, () => RawConnection.open(url)));
  const make = requestMaker(task, url);
  const latencies: number[] = [];
  let [bytes, made] = [0, 0];
  const begin = performance.now();
  const end = begin + task.seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < end && made < (task.limit ?? Infinity)) {
        const request = make(made++);
        const sent = performance.now();
        const answer = await connection.send(request);
        if (answer.status >= 300) throw new Error(`${task.kind} was answered with ${answer.status}`);
        latencies.push(performance.now() - sent);
        bytes += answer.bytes;
      }
    }),
  );
  const ms = performance.now() - begin;
  for (const connection of connections) connection.close();
  return { count: latencies.length, bytes, ms, latencies };
}

function requestMaker(task: RequestTask, url: URL): (index: number) => string {
  const common = `host: ${url.host}\r\nauthorization: Bearer ${task.token}\r\naccept: application/json\r\nuser-agent: bench\r\n`;
  if (task.kind === 'list') return () => `GET ${NAMESPACE}?resourceVersion=0 HTTP/1.1\r\n${common}\r\n`;
  if (task.kind === 'get') return (index) => `GET ${NAMESPACE}/${task.prefix}-${(index * 7919) % task.objects} HTTP/1.1\r\n${common}\r\n`;
  return (index) => {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${task.prefix}-${index}` }, data: { value: 'x'.repeat(VALUE_BYTES) } });
    return `POST ${NAMESPACE} HTTP/1.1\r\n${common}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
}
