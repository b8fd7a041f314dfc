import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { RotatingFile } from './rotating-file.ts';

test('a file that grew large is put aside, and old ones go', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'rotating-'));
  t.after(() => rmSync(directory, { recursive: true }));
  let nowMs = Date.UTC(2026, 0, 1);
  const clock = { ...systemClock, now: () => nowMs };
  const path = join(directory, 'sub', 'audit.log');
  const file = new RotatingFile({ path, maxBytes: 10, maxBackups: 2, maxAgeDays: 5, clock });
  const names = () => readdirSync(join(directory, 'sub')).toSorted();
  for (const text of ['one\n', 'two\n', 'three\n', 'four\n', 'five\n']) {
    file.append(text);
    nowMs += 1000;
  }
  assert.deepEqual(names(), ['audit-2026-01-01T00-00-02.000.log', 'audit-2026-01-01T00-00-03.000.log', 'audit.log']);
  file.close();
  assert.equal(readFileSync(path, 'utf8'), 'four\nfive\n');
  nowMs += 6 * 24 * 60 * 60 * 1000;
  const again = new RotatingFile({ path, maxBytes: 10, maxAgeDays: 5, clock });
  again.append('six six\n');
  again.close();
  assert.deepEqual(names(), ['audit-2026-01-07T00-00-05.000.log', 'audit.log']);
});
