/** Durable writes and reads of the LMDB driver: `node bench/storage.ts [directory]`. Prints operations per second and latencies. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lmdbStorage } from '../src/storage/drivers/lmdb/lmdb-storage.ts';
import { memoryStorage } from '../src/storage/drivers/memory/memory-storage.ts';
import type { Storage } from '../src/storage/storage.ts';

const SECONDS = 2;
const VALUE_BYTES = 1024;

async function puts(storage: Storage, writers: number): Promise<string> {
  const end = performance.now() + SECONDS * 1000;
  const latencies: number[] = [];
  let next = 0;
  const write = async () => {
    const value = Buffer.alloc(VALUE_BYTES, 65);
    while (performance.now() < end) {
      const begin = performance.now();
      const result = await storage.create(`/bench/${writers}/${next++}`, value);
      if (!result.ok) throw new Error('a create was refused');
      latencies.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2);
  return `${Math.round(latencies.length / SECONDS)}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

async function measure(name: string, storage: Storage): Promise<void> {
  for (const writers of [1, 64, 256]) console.log(`${name}: create ${VALUE_BYTES} B, ${writers} writers: ${await puts(storage, writers)}`);
  const begin = performance.now();
  const { items } = await storage.list('/bench/');
  console.log(`${name}: list of ${items.length} values: ${Math.round(items.length / ((performance.now() - begin) / 1000))} values/s`);
  await storage.close();
}

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'bench-storage-'));
try {
  await measure('lmdb', lmdbStorage({ directory }));
  await measure('memory', memoryStorage());
} finally {
  rmSync(directory, { recursive: true, force: true });
}
