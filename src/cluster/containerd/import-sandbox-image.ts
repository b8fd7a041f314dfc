import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { runCommand } from '../../host/command.ts';
import { removeTree, writeFileAtomic } from '../../host/files.ts';
import type { Cri } from '../../kubelet/cri/cri.ts';
import { SANDBOX_IMAGE, sandboxImageTar } from '../sandbox-image/sandbox-image.ts';
import type { ContainerdSettings } from './containerd-settings.ts';

/** Puts the sandbox image into containerd unless it is there. Resolves when CRI shows it. */
export async function importSandboxImage(
  cri: Cri,
  settings: ContainerdSettings,
  options: { readonly clock: Clock; readonly runDir: string },
): Promise<void> {
  const isThere = async () => (await cri.imageStatus({ image: { image: SANDBOX_IMAGE } })).image !== undefined;
  if (await isThere()) return;
  const file = join(options.runDir, 'sandbox-image.tar');
  writeFileAtomic(file, sandboxImageTar(process.arch === 'arm64' ? 'arm64' : 'amd64'));
  const result = await runCommand(settings.ctr, ['--address', settings.socket, '--namespace', 'k8s.io', 'images', 'import', file]);
  removeTree(file);
  if (result.code !== 0) throw new Error(`Cannot import the sandbox image into containerd: ${result.stderr.trim()}`);
  // CRI learns of the new image by an event.
  for (let tries = 0; tries < 100; tries++) {
    if (await isThere()) return;
    await options.clock.sleep(20);
  }
  throw new Error(`Cannot find ${SANDBOX_IMAGE} in containerd after its import`);
}
