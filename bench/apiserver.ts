/**
 * The API server over HTTPS on LMDB: create, get, list, watch fan-out; `npm run bench -- apiserver`. With WHERRY_PEER_APISERVER (see
 * lib/servers.ts) the same against another server in the same run, with ratios. Load comes from two further processes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from './lib/load.ts';
import { RawConnection } from './lib/raw-connection.ts';
import { Report } from './lib/report.ts';
import { startOwn, startPeer, type BenchServer, type Usage } from './lib/servers.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5);
/** Each workload runs so often on each server, by turns; the best counts. */
const ROUNDS = 2;
const LIST_OBJECTS = 17_500;
const only = process.argv[2];
const report = new Report();

type Workload = (server: BenchServer, load: Load, round: number) => Promise<void>;

const WORKLOADS: readonly (readonly [name: string, run: Workload])[] = [
  ['create', (server, load, round) => requests(server, load, 'create', 2, round)],
  ['create', (server, load, round) => requests(server, load, 'create', 64, round)],
  ['get', (server, load, round) => requests(server, load, 'get', 2, round)],
  ['get', (server, load, round) => requests(server, load, 'get', 64, round)],
  ['list', (server, load, round) => requests(server, load, 'list', 4, round)],
  ['watch', (server, _load, round) => fanOut(server, 100, round)],
  ['watch', (server, _load, round) => fanOut(server, 1000, round)],
];

async function requests(server: BenchServer, load: Load, kind: 'create' | 'get' | 'list', connections: number, round: number): Promise<void> {
  const prefix = kind === 'get' ? 'fill' : `${kind}-${connections}-${round}`;
  const before = await server.usage();
  const m = await load.requests({ kind, url: server.url, token: server.token, connections, seconds: SECONDS, prefix, objects: LIST_OBJECTS / 2 });
  const what = `${kind === 'list' ? `list ${LIST_OBJECTS} ConfigMaps` : `${kind} ConfigMap 1 KB`}, ${connections} connections`;
  report.add(server.name, what, m.perSecond, '/s', `p50 ${m.p50.toFixed(1)} ms, p99 ${m.p99.toFixed(1)} ms`);
  await reportCpu(server, what, before, m.count);
}

/** What the server's processes spent on each of `count` answers. */
async function reportCpu(server: BenchServer, what: string, before: Usage | undefined, count: number): Promise<void> {
  const after = await server.usage();
  if (before && after) report.add(server.name, `${what}: CPU time`, (after.cpuMs - before.cpuMs) / count, 'ms each', '', true);
}

/** Exactly LIST_OBJECTS objects: those of the create runs are removed first. */
async function fill(server: BenchServer, load: Load): Promise<void> {
  const connection = await RawConnection.open(new URL(server.url));
  const head = `host: bench\r\nauthorization: Bearer ${server.token}\r\n`;
  await connection.send(`DELETE /api/v1/namespaces/default/configmaps HTTP/1.1\r\n${head}content-length: 0\r\n\r\n`);
  connection.close();
  await load.requests({ kind: 'create', url: server.url, token: server.token, connections: 32, seconds: 600, limit: LIST_OBJECTS, prefix: 'fill', objects: 0 });
}

/** One update at a time to everybody who watches: how many events arrive in all, and how long a round takes. */
async function fanOut(server: BenchServer, watchers: number, run: number): Promise<void> {
  const load = new Load();
  const watched = `fan-${watchers}-${run}`;
  const writer = await RawConnection.open(new URL(server.url));
  const head = `host: bench\r\nauthorization: Bearer ${server.token}\r\ncontent-type: application/merge-patch+json\r\n`;
  const path = '/api/v1/namespaces/default/configmaps';
  const body = JSON.stringify({ metadata: { name: watched }, data: { value: 'x'.repeat(1024) } });
  await writer.send(`POST ${path} HTTP/1.1\r\n${head.replace('merge-patch+', '')}content-length: ${body.length}\r\n\r\n${body}`);
  await load.all((i) => ({
    kind: 'watch',
    url: server.url,
    token: server.token,
    path: `${path}?watch=1&fieldSelector=metadata.name%3D${watched}`,
    streams: watchers / 2 + (i === 0 ? watchers % 2 : 0),
    streamsPerConnection: 50,
  }));
  const received = async () => (await load.all<number>(() => ({ kind: 'count' }))).reduce((a, b) => a + b, 0);
  await settle(received);
  const before = await received();
  const usage = await server.usage();
  const rounds: number[] = [];
  const begin = performance.now();
  for (let round = 0; performance.now() - begin < SECONDS * 1000; round++) {
    const patch = JSON.stringify({ data: { round: String(round) } });
    const start = performance.now();
    const want = before + (round + 1) * watchers;
    await writer.send(`PATCH ${path}/${watched} HTTP/1.1\r\n${head}content-length: ${patch.length}\r\n\r\n${patch}`);
    while ((await received()) < want) if (performance.now() - start > 30_000) throw new Error(`events are missing: ${await received()} of ${want}`);
    rounds.push(performance.now() - start);
  }
  const seconds = (performance.now() - begin) / 1000;
  rounds.sort((a, b) => a - b);
  const events = rounds.length * watchers;
  const p = (share: number) => (rounds[Math.floor(rounds.length * share)] ?? 0).toFixed(1);
  const what = `watch fan-out, ${watchers} watchers over HTTP/2`;
  report.add(server.name, what, events / seconds, 'events/s', `p50 ${p(0.5)} ms a round, p99 ${p(0.99)} ms`);
  await reportCpu(server, what, usage, events);
  writer.close();
  await load.stop();
}

/** Waits until nothing more comes in. */
async function settle(count: () => Promise<number>): Promise<void> {
  for (let last = -1, now = await count(); now !== last; now = await count()) {
    last = now;
    await sleep(200);
  }
}

const servers = [await startOwn(), await startPeer()].filter((server) => server !== undefined);
const load = new Load();
try {
  let filled = false;
  for (const [name, run] of WORKLOADS) {
    if (only !== undefined && name !== only) continue;
    // What is read is the same for all, and nothing else is there.
    if (name !== 'create' && !filled) for (const server of servers) await fill(server, load);
    filled ||= name !== 'create';
    for (let round = 0; round < ROUNDS; round++) for (const server of servers) await run(server, load, round);
  }
  for (const server of servers) {
    const usage = await server.usage();
    if (usage) report.add(server.name, 'memory after the load', usage.rssBytes / 1e6, 'MB', '', true);
  }
} finally {
  await load.stop();
  for (const server of servers) await server.stop();
}
report.compare('wherry', 'peer');
