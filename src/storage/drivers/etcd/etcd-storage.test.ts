import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { silentLogger } from '../../../base/log.ts';
import { systemClock } from '../../../host/clock.ts';
import { storageSuite } from '../../storage-suite.ts';
import type { Storage } from '../../storage.ts';
import { etcdStorage } from './etcd-storage.ts';

const root = mkdtempSync(join(tmpdir(), 'etcd-storage-'));
const running = new Set<ChildProcess>();
after(async () => {
  await Promise.all([...running].map(stop));
  rmSync(root, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Etcd {
  readonly endpoint: string;
  readonly process: ChildProcess;
}

/** A private etcd (Debian package etcd-server). */
async function startEtcd(directory: string, ports?: readonly [number, number]): Promise<Etcd> {
  const [client, peer] = ports ?? [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const args = [
    ...['--name', 'test', '--data-dir', directory, '--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `test=${peerUrl}`],
    ...['--heartbeat-interval', '10', '--election-timeout', '100', '--log-level', 'error'],
  ];
  const process = spawn('etcd', args, { stdio: 'ignore' });
  await once(process, 'spawn');
  running.add(process);
  return { endpoint, process };
}

async function stop(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function connect(endpoint: string): Promise<Storage> {
  for (const end = Date.now() + 20_000; ;) {
    try {
      const storage = await etcdStorage({ endpoints: [endpoint], clock: systemClock, log: silentLogger });
      await storage.revision();
      return storage;
    } catch (error) {
      if (Date.now() > end) throw error;
      await systemClock.sleep(20);
    }
  }
}

let count = 0;
storageSuite('etcd', async () => {
  const etcd = await startEtcd(join(root, String(++count)));
  const storage = await connect(etcd.endpoint);
  const close = storage.close.bind(storage);
  storage.close = async () => {
    await close();
    await stop(etcd.process);
  };
  return storage;
});

test('a watch goes on after etcd was killed and came back, and misses nothing', async () => {
  const directory = join(root, 'restart');
  const ports = [await freePort(), await freePort()] as const;
  const first = await startEtcd(directory, ports);
  const storage = await connect(first.endpoint);
  const seen: number[] = [];
  const errors: string[] = [];
  storage.watch('/w/', 1, {
    onEvents: (events) => void seen.push(...events.map((e) => e.revision)),
    onError: (error) => void errors.push(error.message),
  });
  await storage.create('/w/a', Buffer.from('1'));
  await stop(first.process);
  await assert.rejects(storage.create('/w/b', Buffer.from('1')));
  const second = await startEtcd(directory, ports);
  const other = await connect(second.endpoint);
  const { revision } = (await other.create('/w/c', Buffer.from('1'))) as { revision: number };
  for (const end = Date.now() + 10_000; !seen.includes(revision); await systemClock.sleep(20))
    assert.ok(Date.now() < end, `saw ${seen.join()}`);
  assert.deepEqual(
    seen,
    [...new Set(seen)].toSorted((a, b) => a - b),
  );
  assert.equal(seen[0], 2);
  assert.deepEqual(errors, []);
  await storage.close();
  await other.close();
  await stop(second.process);
});

test('no etcd: the error says where it was looked for', async () => {
  await assert.rejects(
    etcdStorage({ endpoints: ['http://127.0.0.1:1'], clock: systemClock, log: silentLogger }),
    /Cannot use etcd at http:\/\/127.0.0.1:1: /,
  );
});
