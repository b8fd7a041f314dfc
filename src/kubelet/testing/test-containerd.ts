/** A containerd of the test's own, with an image for sandboxes and one with busybox. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxImage } from './busybox-image.ts';

export const TEST_IMAGE = 'localhost/busybox:1';
const PAUSE_IMAGE = 'localhost/pause:1';

export class TestContainerd {
  readonly directory = mkdtempSync(join(tmpdir(), 'kubelet-test-'));
  readonly endpoint = join(this.directory, 'containerd.sock');
  #process: ChildProcess | undefined;

  /** Rejects when containerd, ctr or busybox are not installed. */
  async start(): Promise<void> {
    writeFileSync(join(this.directory, 'config.toml'), config(this.directory));
    this.#process = spawn('containerd', ['-c', join(this.directory, 'config.toml')], { stdio: 'ignore', env: this.#env() });
    const failed = new Promise<never>((_, reject) => this.#process?.on('error', reject));
    for (let tries = 0; !this.#answers(); tries++) {
      if (tries > 100) throw new Error('containerd did not start within 10 s');
      await Promise.race([sleep(100), failed]);
    }
    this.#import(busyboxImage({ name: TEST_IMAGE }), 'busybox.tar');
    this.#import(busyboxImage({ name: PAUSE_IMAGE, cmd: ['sleep', '2147483647'] }), 'pause.tar');
  }

  /** Ends containerd and whatever it still runs, and removes every trace. */
  async stop(): Promise<void> {
    for (const id of this.#lines('tasks', 'ls', '-q')) this.#ctr('tasks', 'kill', '-s', 'SIGKILL', id);
    for (let tries = 0; this.#lines('tasks', 'ls', '-q').length > 0 && tries < 50; tries++) {
      for (const id of this.#lines('tasks', 'ls', '-q')) this.#ctr('tasks', 'rm', id);
      await sleep(100);
    }
    for (const id of this.#lines('containers', 'ls', '-q')) this.#ctr('containers', 'rm', id);
    this.#process?.kill();
    await new Promise((resolve) => this.#process?.once('exit', resolve));
    for (const point of mountsBelow(this.directory)) execFileSync('umount', ['-l', point]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #answers(): boolean {
    try {
      execFileSync('ctr', ['-a', this.endpoint, 'version'], { stdio: 'ignore', env: this.#env() });
      return true;
    } catch {
      // Not yet.
      return false;
    }
  }

  #import(image: Uint8Array, name: string): void {
    const path = join(this.directory, name);
    writeFileSync(path, image);
    execFileSync('ctr', ['-a', this.endpoint, '-n', 'k8s.io', 'images', 'import', path], { stdio: 'ignore', env: this.#env() });
  }

  #ctr(...args: readonly string[]): string {
    try {
      return execFileSync('ctr', ['-a', this.endpoint, '-n', 'k8s.io', ...args], { encoding: 'utf8', stdio: 'pipe', env: this.#env() });
    } catch {
      // Cleaning up: what is gone already is fine.
      return '';
    }
  }

  #lines(...args: readonly string[]): string[] {
    return this.#ctr(...args)
      .split('\n')
      .filter(Boolean);
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  }
}

/** Pods of these tests use the node's network: a plugin that only brings loopback up is enough to call the network ready. */
function config(directory: string): string {
  const cni = join(directory, 'cni');
  execFileSync('mkdir', ['-p', cni]);
  const network = { cniVersion: '0.4.0', name: 'test', plugins: [{ type: 'loopback' }] };
  writeFileSync(join(cni, '10-test.conflist'), JSON.stringify(network));
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${directory}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${PAUSE_IMAGE}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins()}"
    conf_dir = "${cni}"
`;
}

function cniPlugins(): string {
  const found = ['/opt/cni/bin', '/usr/lib/cni'].find((path) => {
    try {
      return readdirSync(path).includes('loopback');
    } catch {
      // Not there.
      return false;
    }
  });
  if (found === undefined) throw new Error('The CNI plugins are not installed (Debian: containernetworking-plugins)');
  return found;
}

function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${directory}/`))
    .reverse();
}
