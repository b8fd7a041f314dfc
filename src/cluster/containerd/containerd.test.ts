import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../base/log.ts';
import { systemClock } from '../../host/clock.ts';
import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { criOver } from '../../kubelet/cri/cri.ts';
import { SANDBOX_IMAGE } from '../sandbox-image/sandbox-image.ts';
import { containerdConfig } from './config.ts';
import { ensureContainerd, type Containerd, type ContainerdOptions } from './ensure-containerd.ts';
import { hostsToml, parseRegistryMirror } from './registry-hosts.ts';

const settings = {
  root: '/r',
  state: '/s',
  socket: '/s/c.sock',
  sandboxImage: 'pause:1',
  cniConfDir: '/cni/net.d',
  cniBinDir: '/cni/bin',
  registryConfigDir: '/certs.d',
  snapshotter: 'overlayfs',
  restrictOomScoreAdj: true,
} as const;

test('config: version 2 for containerd 1.x, version 3 for 2.x', () => {
  const v2 = containerdConfig(settings, { major: 1, minor: 6 });
  assert.match(v2, /^version = 2\n/);
  assert.match(v2, /\[plugins\."io\.containerd\.grpc\.v1\.cri"\]\nsandbox_image = "pause:1"\nrestrict_oom_score_adj = true\n/);
  assert.match(v2, /bin_dir = "\/cni\/bin"/);
  const v3 = containerdConfig(settings, { major: 2, minor: 0 });
  assert.match(v3, /^version = 3\n/);
  assert.match(v3, /\[plugins\."io\.containerd\.cri\.v1\.images"\.pinned_images\]\nsandbox = "pause:1"/);
  assert.match(v3, /bin_dir = "\/cni\/bin"/);
  assert.match(containerdConfig(settings, { major: 2, minor: 1 }), /bin_dirs = \["\/cni\/bin"\]/);
});

test('registry mirrors', () => {
  const mirror = parseRegistryMirror('registry.k8s.io=http://127.0.0.1:5000,https://mirror.example');
  assert.deepEqual(mirror, { registry: 'registry.k8s.io', endpoints: ['http://127.0.0.1:5000', 'https://mirror.example'] });
  assert.match(
    hostsToml(mirror),
    /^server = "https:\/\/registry\.k8s\.io"\n\n\[host\."http:\/\/127\.0\.0\.1:5000"\]\n {2}capabilities = \["pull", "resolve"\]\n/,
  );
  assert.equal(parseRegistryMirror('*=http://a').registry, '_default');
  assert.match(hostsToml({ registry: 'localhost:5000', endpoints: ['http://172.30.0.1:5000'] }), /server = "http:\/\/localhost:5000"/);
  for (const bad of ['registry.k8s.io', '=http://a', 'a=', 'a=127.0.0.1'])
    assert.throws(() => parseRegistryMirror(bad), /Cannot read the registry mirror/);
});

test(
  'a private containerd: started, adopted, restarted when killed, stopped',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'wherry-ctd-'));
    const options: ContainerdOptions = {
      dataDir: join(dir, 'data'),
      runDir: join(dir, 'run'),
      logFile: join(dir, 'containerd.log'),
      cniConfDir: join(dir, 'cni'),
      registryMirrors: [parseRegistryMirror('registry.k8s.io=http://127.0.0.1:5000')],
      log: silentLogger,
      clock: systemClock,
    };
    let containerd: Containerd | undefined;
    after(async () => {
      await containerd?.stop();
      rmSync(dir, { recursive: true, force: true });
    });
    const first = (containerd = await ensureContainerd(options));
    assert.equal(first.adopted, false);
    const cri = criOver(openGrpcChannel(first.socket));
    after(() => cri.close());
    assert.equal((await cri.version({})).runtimeName, 'containerd');
    assert.ok((await cri.imageStatus({ image: { image: SANDBOX_IMAGE } })).image);
    const config = JSON.parse((await cri.status({ verbose: true })).info?.['config'] ?? '{}') as { cni?: { confDir?: string } };
    assert.equal(config.cni?.confDir, options.cniConfDir);

    first.release();
    const second = (containerd = await ensureContainerd(options));
    assert.deepEqual([second.adopted, second.pid], [true, first.pid]);

    process.kill(second.pid, 'SIGKILL');
    for (let i = 0; second.pid === first.pid && i < 600; i++) await sleep(50);
    assert.notEqual(second.pid, first.pid);
    assert.equal(await runtimeName(cri), 'containerd');

    await second.stop();
    writeFileSync(join(dir, 'not-a-directory'), '');
    await assert.rejects(ensureContainerd({ ...options, runDir: join(dir, 'not-a-directory') }), /EEXIST|ENOTDIR/);
    assert.match(readFileSync(options.logFile, 'utf8'), /containerd successfully booted/);
  },
);

/** The new process needs a moment until its socket answers. */
async function runtimeName(cri: ReturnType<typeof criOver>): Promise<string> {
  for (let left = 60; ; left--) {
    try {
      return (await cri.version({})).runtimeName;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(500);
    }
  }
}
