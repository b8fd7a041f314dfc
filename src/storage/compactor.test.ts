import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { runCompactor } from './compactor.ts';
import { memoryStorage } from './drivers/memory/memory-storage.ts';
import { RevisionCompactedError } from './storage.ts';

test('history older than one interval goes', async () => {
  const storage = memoryStorage();
  const clock = new FakeClock();
  const stop = new AbortController();
  const done = runCompactor({ storage, clock, log: silentLogger, signal: stop.signal });
  for (let i = 0; i < 3; i++) await storage.create(`/a/${i}`, Buffer.from('1'));
  await clock.advance(300_000);
  await storage.create('/a/x', Buffer.from('1'));
  assert.equal((await storage.list('/', { revision: 3 })).items.length, 2);
  await clock.advance(900_000);
  await assert.rejects(storage.list('/', { revision: 3 }), RevisionCompactedError);
  assert.equal((await storage.list('/')).items.length, 4);
  stop.abort();
  await done;
});
