import { join } from 'node:path';
import { hasCapability } from '../../host/capabilities.ts';
import { runCommand } from '../../host/command.ts';
import { makeDirectory } from '../../host/files.ts';
import { isOverlay } from '../../host/filesystem-type.ts';
import { findProgram, isExecutable } from '../../host/find-program.ts';
import { SANDBOX_IMAGE } from '../sandbox-image/sandbox-image.ts';
import { containerdConfig, type ContainerdVersion } from './config.ts';
import type { ContainerdOptions } from './ensure-containerd.ts';
import { hostsToml } from './registry-hosts.ts';

/** Where the standard plugins lie: Debian's package, upstream's releases, others. */
const CNI_BIN_DIRS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const MISSING = 'Install them (apt-get install containerd runc containernetworking-plugins), or run "npm run up", which does';

export interface ContainerdSettings {
  readonly binary: string;
  readonly ctr: string;
  readonly version: string;
  readonly root: string;
  readonly socket: string;
  readonly configFile: string;
  /** Path and content of every configuration file. */
  readonly files: readonly (readonly [path: string, content: string])[];
}

/** Looks at the machine: what is installed, what this process may do. Throws with the next step when something is missing. */
export async function containerdSettings(options: ContainerdOptions): Promise<ContainerdSettings> {
  const [binary, ctr] = [program('containerd'), program('ctr')];
  program('runc');
  program('containerd-shim-runc-v2');
  const version = await containerdVersion(binary);
  const root = join(options.dataDir, 'root');
  const socket = join(options.runDir, 'containerd.sock');
  const configFile = join(options.dataDir, 'config.toml');
  const registryConfigDir = join(options.dataDir, 'certs.d');
  makeDirectory(root, 0o711);
  const config = containerdConfig(
    {
      root,
      state: join(options.runDir, 'containerd'),
      socket,
      sandboxImage: SANDBOX_IMAGE,
      cniConfDir: options.cniConfDir,
      cniBinDir: cniBinDir(),
      registryConfigDir,
      snapshotter: isOverlay(root) ? 'native' : 'overlayfs',
      restrictOomScoreAdj: !hasCapability('CAP_SYS_RESOURCE'),
    },
    version,
  );
  const mirrors = (options.registryMirrors ?? []).map((m) => [join(registryConfigDir, m.registry, 'hosts.toml'), hostsToml(m)] as const);
  return { binary, ctr, version: version.text, root, socket, configFile, files: [[configFile, config], ...mirrors] };
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`Cannot run containers: ${name} is not installed. ${MISSING}`);
  return path;
}

/** The directory of the CNI plugins; throws when they are not installed. */
export function cniBinDir(): string {
  const dir = CNI_BIN_DIRS.find((d) => isExecutable(join(d, 'bridge')));
  if (dir === undefined) throw new Error(`Cannot run containers: the CNI plugins are not installed. ${MISSING}`);
  return dir;
}

async function containerdVersion(binary: string): Promise<ContainerdVersion & { text: string }> {
  const { stdout } = await runCommand(binary, ['--version'], { timeoutMs: 10_000 });
  const match = /\bv?((\d+)\.(\d+)\.\S+)/.exec(stdout);
  if (!match) throw new Error(`Cannot read the version of ${binary} from "${stdout.trim()}"`);
  return { text: match[1] ?? '', major: Number(match[2]), minor: Number(match[3]) };
}
