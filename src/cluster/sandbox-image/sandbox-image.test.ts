import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseExecutable, SANDBOX_IMAGE, sandboxImageTar } from './sandbox-image.ts';

const dir = mkdtempSync(join(tmpdir(), 'wherry-pause-'));
after(() => rmSync(dir, { recursive: true }));
const here = process.arch === 'arm64' ? 'arm64' : 'amd64';
const pause = join(dir, 'pause');
writeFileSync(pause, pauseExecutable(here), { mode: 0o755 });

/** State letter and parent of a process, from /proc/<pid>/stat. */
function stat(pid: number): { state: string; parent: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]) };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`sleeps, and exits with 0 on ${signal}`, async () => {
    const child = spawn(pause, { stdio: 'ignore' });
    await sleep(100);
    assert.equal(stat(child.pid ?? 0).state, 'S');
    child.kill('SIGCHLD');
    child.kill('SIGCONT');
    await sleep(50);
    assert.equal(child.exitCode, null);
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
}

test('reaps children it did not start', async () => {
  // A shell starts a short sleep in the background and becomes pause, which is now the parent of a process it never heard of.
  const child = spawn('sh', ['-c', `sleep 0.2 & echo $!; exec ${pause}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const orphan = Number(String((await once(child.stdout, 'data'))[0]));
  assert.equal(stat(orphan).parent, child.pid);
  await sleep(500);
  assert.throws(() => stat(orphan), /ENOENT/, 'the child has ended but is still a zombie');
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test(
  'is PID 1 of a namespace: gets SIGTERM there, reaps what is orphaned to it',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    const child = spawn('unshare', ['--pid', '--fork', '--kill-child', pause], { stdio: 'ignore' });
    await sleep(300);
    const init = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
    // The inner shell exits at once, so its background child is handed to PID 1 of the namespace.
    execFileSync('nsenter', [`--target=${init}`, '--pid', 'sh', '-c', '(sleep 0.1 &) ; exit 0'], { stdio: 'ignore' });
    await sleep(400);
    assert.equal(readFileSync(`/proc/${init}/task/${init}/children`, 'utf8').trim(), '');
    process.kill(init, 'SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  },
);

test('the executable of each machine is one known file', () => {
  // The arm64 program was run once under an emulator; its bytes must not change unnoticed.
  const digest = (architecture: 'amd64' | 'arm64') => createHash('sha256').update(pauseExecutable(architecture)).digest('hex').slice(0, 16);
  assert.deepEqual([digest('amd64'), digest('arm64')], ['4ce693a13a8d8939', '73b98374e2b01652']);
});

test('the archive is an OCI image that skopeo reads', () => {
  for (const architecture of ['amd64', 'arm64'] as const) {
    const path = join(dir, `${architecture}.tar`);
    writeFileSync(path, sandboxImageTar(architecture));
    assert.deepEqual(sandboxImageTar(architecture), readFileSync(path));
    const config = JSON.parse(execFileSync('skopeo', ['inspect', '--config', `oci-archive:${path}`], { encoding: 'utf8' })) as Record<
      string,
      unknown
    >;
    assert.equal(config['architecture'], architecture);
    assert.deepEqual((config['config'] as Record<string, unknown>)['Entrypoint'], ['/pause']);
    assert.match(execFileSync('tar', ['tf', path], { encoding: 'utf8' }), /^oci-layout\nindex\.json\nblobs\//);
    assert.match(readFileSync(path, 'latin1'), new RegExp(SANDBOX_IMAGE));
  }
});
