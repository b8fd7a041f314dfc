/** A cluster made by the `wherry` command in a network namespace of its own, for tests: it meets no other cluster of the machine. */
import { execFile, execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '..');
const tools = process.env['WHERRY_TOOLS'] ?? join(root, '.cache/tools');
/** Longest time of one command. */
export const TIMEOUT_MS = 180_000;

export interface SupervisorFile {
  readonly supervisor: { readonly pid: number };
  readonly children: Readonly<Record<string, { readonly process: { readonly pid: number } }>>;
}

export class ClusterUnderTest {
  readonly namespace = `wherry-e2e-${process.pid}`;
  readonly dataDir = join(mkdtempSync(join(tmpdir(), 'wherry-e2e-')), 'cluster');

  readonly #asUser: readonly string[];

  /** Makes the namespace, without a way out. `unprivileged`: commands run as nobody. */
  constructor(options: { readonly unprivileged?: boolean } = {}) {
    this.#asUser = options.unprivileged ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    if (options.unprivileged) chownSync(dirname(this.dataDir), 65534, 65534);
    execFileSync('ip', ['netns', 'add', this.namespace]);
    execFileSync('nsenter', [`--net=/run/netns/${this.namespace}`, 'ip', 'link', 'set', 'lo', 'up']);
  }

  /** Runs a program in the namespace; resolves with its standard output, rejects when it fails. */
  async inside(file: string, ...args: string[]): Promise<string> {
    const command = [`--net=/run/netns/${this.namespace}`, ...this.#asUser, file, ...args];
    return (await promisify(execFile)('nsenter', command, { timeout: TIMEOUT_MS, env: this.#env(), maxBuffer: 1 << 26 })).stdout;
  }

  /** Starts one of upstream's tools and leaves it running. */
  start(tool: 'kubectl' | 'helm', ...args: string[]): ChildProcessByStdio<null, Readable, null> {
    const command = [`--net=/run/netns/${this.namespace}`, join(tools, tool), ...args];
    return spawn('nsenter', command, { env: this.#env(), stdio: ['ignore', 'pipe', 'inherit'] });
  }

  #env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KUBECONFIG: `${this.dataDir}/admin.kubeconfig`,
      HOME: dirname(this.dataDir),
      XDG_RUNTIME_DIR: dirname(this.dataDir),
    };
  }

  wherry(...args: string[]): Promise<string> {
    return this.inside(join(root, 'bin/wherry'), ...args, '--data-dir', this.dataDir);
  }

  kubectl(...args: string[]): Promise<string> {
    return this.inside(join(tools, 'kubectl'), ...args);
  }

  helm(...args: string[]): Promise<string> {
    return this.inside(join(tools, 'helm'), ...args);
  }

  /** What the supervisor has written down of the processes it runs. */
  processes(): SupervisorFile {
    const { id } = JSON.parse(readFileSync(join(this.dataDir, 'cluster.json'), 'utf8')) as { id: string };
    return JSON.parse(readFileSync(`/run/wherry/${id}/supervisor.json`, 'utf8')) as SupervisorFile;
  }

  async remove(): Promise<void> {
    await this.wherry('reset').catch((error: unknown) => console.error(error));
    execFileSync('ip', ['netns', 'delete', this.namespace]);
    rmSync(dirname(this.dataDir), { recursive: true, force: true });
  }
}

/** Tries until it does not throw; the last error is the verdict. */
export async function eventually<T>(what: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(200)) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
