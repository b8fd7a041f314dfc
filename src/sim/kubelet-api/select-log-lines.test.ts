import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContainerLog } from '../pod/container-log.ts';
import { logStream } from './log-stream.ts';
import { logSelection } from './select-log-lines.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

function sampleLog(): ContainerLog {
  const log = new ContainerLog();
  log.write(NOW - 60_000, 'stdout', 'old\n');
  log.write(NOW - 1000, 'stderr', 'bad\n');
  log.write(NOW, 'stdout', 'new\nlast');
  return log;
}

async function read(query: Record<string, string>, log = sampleLog()): Promise<string> {
  let text = '';
  for await (const chunk of logStream(log, logSelection(new URLSearchParams(query), NOW), query['follow'] === 'true', new AbortController().signal)) {
    text += chunk.toString();
  }
  return text;
}

test('what of a log is asked for', async () => {
  assert.equal(await read({}), 'old\nbad\nnew\nlast');
  assert.equal(await read({ tailLines: '2' }), 'new\nlast');
  assert.equal(await read({ tailLines: '0' }), '');
  assert.equal(await read({ sinceSeconds: '30' }), 'bad\nnew\nlast');
  assert.equal(await read({ sinceTime: '2026-01-01T12:00:00Z' }), 'new\nlast');
  assert.equal(await read({ stream: 'Stderr' }), 'bad\n');
  assert.equal(await read({ limitBytes: '6' }), 'old\nba');
  assert.equal(await read({ tailLines: '1', timestamps: 'true' }), '2026-01-01T12:00:00.000000Z last');
});

test('following goes on until the container ends', async () => {
  const log = sampleLog();
  const whole = read({ follow: 'true', tailLines: '0' }, log);
  log.write(NOW, 'stdout', 'more\n');
  await Promise.resolve();
  log.write(NOW, 'stdout', 'and more\n');
  log.end();
  assert.equal(await whole, 'more\nand more\n');
  assert.equal(await read({ follow: 'true', tailLines: '1' }, log), 'and more\n');
});
