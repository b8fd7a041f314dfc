/** Each component alone under its upstream name and flags: server, controllers and scheduler as three processes. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { kubeconfigText } from '../src/cluster/pki/kubeconfig.ts';
import { eventually, root, TIMEOUT_MS } from './cluster-under-test.ts';

const dir = mkdtempSync(join(tmpdir(), 'wherry-components-'));
const tools = process.env['WHERRY_TOOLS'] ?? join(root, '.cache/tools');
const options = { timeout: TIMEOUT_MS };
const children: ChildProcess[] = [];
let port = 0;

after(async () => {
  for (const child of children) child.kill();
  await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, 'exit'))));
  rmSync(dir, { recursive: true });
});

function start(...args: string[]): ChildProcess {
  const child = spawn(join(root, 'bin/wherry'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  child.on('exit', (code) => code && console.error(log));
  children.push(child);
  return child;
}

/** A kubeconfig with one of the certificates that the server made. */
function kubeconfig(name: string): string {
  const pem = (file: string) => readFileSync(join(dir, 'server/pki', file), 'utf8');
  const path = join(dir, `${name}.kubeconfig`);
  const [ca, certificate, key] = [pem('ca.crt'), pem(`${name}.crt`), pem(`${name}.key`)];
  writeFileSync(path, kubeconfigText({ cluster: 'test', user: name, server: `https://127.0.0.1:${port}`, ca, certificate, key }));
  return path;
}

async function kubectl(...args: string[]): Promise<string> {
  return (await promisify(execFile)(join(tools, 'kubectl'), ['--kubeconfig', kubeconfig('admin'), ...args], { timeout: TIMEOUT_MS }))
    .stdout;
}

test('kube-apiserver serves from its data directory', options, async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  port = (probe.address() as { port: number }).port;
  probe.close();
  start('kube-apiserver', '--data-dir', join(dir, 'server'), '--secure-port', String(port), '--bind-address=127.0.0.1');
  assert.equal(await eventually(() => kubectl('get', '--raw', '/readyz')), 'ok');
});

test('kube-controller-manager and kube-scheduler lead and work', options, async () => {
  start(
    'kube-controller-manager',
    `--kubeconfig=${kubeconfig('controller-manager')}`,
    '--use-service-account-credentials',
    `--root-ca-file=${join(dir, 'server/pki/ca.crt')}`,
  );
  start('kube-scheduler', `--kubeconfig=${kubeconfig('scheduler')}`);
  await eventually(() => kubectl('get', 'serviceaccount', 'default'));
  await kubectl('create', 'deployment', 'web', '--image=nothing.invalid/web');
  // There is no node, so the scheduler has something to say.
  await eventually(async () => assert.match(await kubectl('get', 'events', '-o', 'jsonpath={.items[*].reason}'), /FailedScheduling/));
  const leases = await kubectl('get', 'leases', '-n', 'kube-system', '-o', 'jsonpath={.items[*].metadata.name}');
  assert.deepEqual(leases.split(' ').sort(), ['kube-controller-manager', 'kube-scheduler']);
});

test('a stopped process ends in good order', options, async () => {
  const [server, ...others] = children;
  for (const child of [...others, server]) {
    child?.kill('SIGTERM');
    if (child && child.exitCode === null) await once(child, 'exit');
    assert.equal(child?.exitCode, 0);
  }
});

test('wrong flags are told, with the way to the right ones', options, async () => {
  const run = (...args: string[]) => promisify(execFile)(join(root, 'bin/wherry'), args, { timeout: TIMEOUT_MS });
  await assert.rejects(run('kube-scheduler', '--no-such-flag'), /unknown flag: --no-such-flag[\s\S]*wherry kube-scheduler --help/);
  await assert.rejects(run('kubelet', '--kubeconfig=/no/such/file'), /no such file/);
  await assert.rejects(run('kube-proxy', '--proxy-mode=ipvs', '--master=http://127.0.0.1:1'), /not supported/);
  assert.match((await run('kube-apiserver', '--help')).stdout, /--etcd-servers/);
});
