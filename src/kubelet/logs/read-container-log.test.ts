import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../host/clock.ts';
import { parseCriLogLine } from './cri-log-line.ts';
import { readContainerLog, type LogOptions } from './read-container-log.ts';

let directory = '';
before(async () => void (directory = await mkdtemp(join(tmpdir(), 'logs-'))));
after(() => rm(directory, { recursive: true }));

const line = (second: number, text: string, tag = 'F', stream = 'stdout') =>
  `2026-01-01T00:00:0${second}.000000001Z ${stream} ${tag} ${text}\n`;
const LOG = line(1, 'one') + line(2, 'two', 'F', 'stderr') + line(3, 'thr', 'P') + line(3, 'ee') + line(4, '');

async function read(options: LogOptions, text = LOG): Promise<string> {
  const path = join(directory, 'x.log');
  await writeFile(path, text);
  let out = '';
  const signal = new AbortController().signal;
  for await (const chunk of readContainerLog(path, options, { clock: systemClock, isRunning: () => false, signal }))
    out += chunk.toString();
  return out;
}

test('lines as the runtime writes them', () => {
  const parsed = parseCriLogLine(Buffer.from('2026-01-01T00:00:00.5Z stderr P half a line'));
  assert.deepEqual(
    [parsed?.timestamp, parsed?.stream, parsed?.partial, parsed?.content.toString()],
    ['2026-01-01T00:00:00.5Z', 'stderr', true, 'half a line'],
  );
  assert.equal(parseCriLogLine(Buffer.from('2026-01-01T00:00:00.5Z stdout F whole'))?.content.toString(), 'whole\n');
  assert.equal(parseCriLogLine(Buffer.from('2026-01-01T00:00:00.5Z stdout P:later with tags'))?.partial, true);
  for (const bad of ['', 'no spaces', '2026-01-01T00:00:00.5Z elsewhere F x'])
    assert.equal(parseCriLogLine(Buffer.from(bad)), undefined, bad);
});

test('everything, parts of lines put together', async () => assert.equal(await read({}), 'one\ntwo\nthree\n\n'));
test('the last lines', async () => {
  assert.equal(await read({ tailLines: 2 }), 'ee\n\n');
  assert.equal(await read({ tailLines: 0 }), '');
  assert.equal(await read({ tailLines: 100 }), 'one\ntwo\nthree\n\n');
});
test('the last lines of a long log', async () => {
  const long = Array.from({ length: 5000 }, (_, i) => line(1, `line ${i} ${'x'.repeat(50)}`)).join('');
  assert.match(await read({ tailLines: 3 }, long), /^line 4997 x+\nline 4998 x+\nline 4999 x+\n$/);
});
test('since a moment', async () => assert.equal(await read({ since: Date.parse('2026-01-01T00:00:03Z') }), 'three\n\n'));
test('no more than so many bytes', async () => assert.equal(await read({ limitBytes: 5 }), 'one\nt'));
test('with times, once a line', async () =>
  assert.equal(await read({ timestamps: true, tailLines: 3 }), '2026-01-01T00:00:03.000000001Z three\n2026-01-01T00:00:04.000000001Z \n'));
test('lines that are none are left out', async () => assert.equal(await read({}, `garbage\n${line(1, 'ok')}`), 'ok\n'));

test('following goes on through a rotation until the container ends', async () => {
  const path = join(directory, 'follow.log');
  await writeFile(path, line(1, 'first'));
  let running = true;
  const signal = new AbortController().signal;
  const all = (async () => {
    let out = '';
    for await (const chunk of readContainerLog(path, { follow: true }, { clock: systemClock, isRunning: () => running, signal }))
      out += chunk.toString();
    return out;
  })();
  await sleep(50);
  await appendFile(path, line(2, 'second'));
  await sleep(50);
  await rename(path, `${path}.old`);
  await writeFile(path, line(3, 'third'));
  await sleep(50);
  await appendFile(path, line(4, 'last'));
  running = false;
  assert.equal(await all, 'first\nsecond\nthird\nlast\n');
});
