import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { silentLogger } from '../../base/log.ts';
import { FakeClock } from '../../base/fake-clock.ts';
import { LogRotation } from './rotate-logs.ts';
import { rotationPlan } from './rotation-plan.ts';

test('half-written and doubled files go, the oldest go, the rest are compressed', () => {
  const names = ['0.log.20260101-000000.gz', '0.log.20260102-000000.gz', '0.log.20260103-000000', '0.log.20260103-000000.tmp'];
  assert.deepEqual(rotationPlan(names, 4), {
    remove: ['0.log.20260103-000000.tmp', '0.log.20260101-000000.gz'],
    compress: ['0.log.20260103-000000'],
  });
  assert.deepEqual(rotationPlan(['0.log.1', '0.log.1.gz'], 3), { remove: ['0.log.1'], compress: [] });
  assert.deepEqual(rotationPlan(['0.log.1'], 2), { remove: ['0.log.1'], compress: [] });
});

test('a log that is too long moves aside and the runtime opens a new one', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'rotate-'));
  t.after(() => rm(directory, { recursive: true }));
  const logPath = join(directory, '0.log');
  const clock = new FakeClock(Date.parse('2026-03-04T05:06:07Z'));
  const rotation = new LogRotation({
    clock,
    log: silentLogger,
    maxSize: 10,
    maxFiles: 3,
    containers: () => [{ id: 'c', logPath }],
    reopen: () => writeFile(logPath, ''),
  });
  await rotation.rotateAll();
  assert.deepEqual(await readdir(directory), ['0.log'], 'a missing log is opened anew');
  await writeFile(logPath, 'first contents');
  await rotation.rotateAll();
  await writeFile(logPath, 'second contents');
  await clock.advance(1000);
  await rotation.rotateAll();
  assert.deepEqual((await readdir(directory)).sort(), ['0.log', '0.log.20260304-050607.gz', '0.log.20260304-050608']);
  assert.equal(gunzipSync(await readFile(join(directory, '0.log.20260304-050607.gz'))).toString(), 'first contents');
});
