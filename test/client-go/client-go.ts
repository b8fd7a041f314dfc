/**
 * A Go program with upstream's client-go against a cluster in this process: `npm run test:client-go`. It is not part of `npm test`, because
 * client-go 0.36 wants Go 1.26, which Debian does not have.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startCluster, type TestCluster } from '../../src/sim/testing.ts';

const GO_MINOR = 26;
const HOW = `Install Go 1.${GO_MINOR} or later from https://go.dev/dl/ and put its bin directory into PATH.`;
const CHECKS = ['informers', 'apply', 'leader election', 'logs and exec', 'discovery and dynamic client', 'watch'];
const BUILD_MS = 15 * 60_000;
const RUN_MS = 5 * 60_000;

const run = promisify(execFile);
const work = mkdtempSync(join(tmpdir(), 'wherry-client-go-'));
const program = join(work, 'client-go-check');
let cluster: TestCluster;

before(
  async () => {
    await requireGo();
    await run('go', ['build', '-o', program, '.'], { cwd: import.meta.dirname, timeout: BUILD_MS });
    cluster = await startCluster({ nodes: 2, https: true });
    writeFileSync(join(work, 'kubeconfig'), cluster.kubeconfig);
  },
  { timeout: BUILD_MS },
);
after(async () => {
  await cluster?.close();
  rmSync(work, { recursive: true, force: true });
});

async function requireGo(): Promise<void> {
  const { stdout } = await run('go', ['version']).catch((error: unknown) => {
    throw new Error(`Cannot check client-go: there is no Go. ${HOW}`, { cause: error });
  });
  const minor = Number(/go1\.(\d+)/.exec(stdout)?.[1]);
  if (!(minor >= GO_MINOR)) throw new Error(`Cannot check client-go: ${stdout.trim()} is too old. ${HOW}`);
}

test('a client-go program: informers over protobuf, server-side apply, leader election, streams, discovery, watches', { timeout: RUN_MS }, async () => {
  const { stdout, stderr } = await run(program, [join(work, 'kubeconfig')], { timeout: RUN_MS }).catch((error: { stdout: string; stderr: string }) => error);
  assert.deepEqual(
    stdout.trim().split('\n'),
    CHECKS.map((check) => `ok ${check}`),
    stderr,
  );
});
