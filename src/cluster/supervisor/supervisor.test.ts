import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../base/log.ts';
import { systemClock } from '../../host/clock.ts';
import { isRunning } from '../../host/processes.ts';
import { supervise, type ChildSpec } from './supervisor.ts';
import { readSupervisorState } from './supervisor-state.ts';

const dir = mkdtempSync(join(tmpdir(), 'wherry-supervisor-'));
after(() => rmSync(dir, { recursive: true }));
const stateFile = join(dir, 'state.json');
const child = (name: string, script: string): ChildSpec => ({
  name,
  command: ['sh', '-c', script],
  logFile: join(dir, `${name}.log`),
  stopOrder: 1,
  graceMs: 300,
});
const state = () => readSupervisorState(stateFile);
const pidOf = (name: string) => state()?.children[name]?.process;

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    await sleep(25);
  }
  assert.fail(`did not happen: ${what}`);
}

test('starts, starts again, adopts, stops', async () => {
  const children = [
    child('steady', 'exec sleep 1000'),
    child('stubborn', 'trap "" TERM; while :; do sleep 0.1; done'),
    child('failing', 'exit 3'),
  ];
  const options = { children, stateFile, clock: systemClock, log: silentLogger };
  const first = new AbortController();
  const run = supervise(options, first.signal);
  await until(() => pidOf('steady') !== undefined && pidOf('stubborn') !== undefined, 'children start');
  const steady = pidOf('steady');
  assert.ok(steady);

  process.kill(steady.pid, 'SIGKILL');
  await until(() => pidOf('steady') !== undefined && pidOf('steady')?.pid !== steady.pid, 'a killed child is started again');
  await until(() => (state()?.children['failing']?.failures ?? 0) >= 2, 'failures are counted');

  // A second supervisor beside the first stands for one that follows a killed one: it must take over what runs.
  const before = pidOf('steady');
  const second = new AbortController();
  const rerun = supervise({ ...options, children: children.slice(0, 2) }, second.signal);
  await sleep(200);
  assert.deepEqual(pidOf('steady'), before);

  first.abort();
  second.abort();
  const stubborn = pidOf('stubborn');
  await Promise.all([run, rerun]);
  assert.equal(state()?.stopping, true);
  for (const id of [before, stubborn]) assert.ok(id && !isRunning(id));
});
