import { ociArchive, ociImage, type Architecture } from '../image/oci-image.ts';
import { staticExecutable } from './elf.ts';
import { pauseArm64 } from './pause-arm64.ts';
import { pauseX64 } from './pause-x64.ts';

/** The name under which containerd finds the image that holds a pod's namespaces. No registry serves it: it is imported. */
export const SANDBOX_IMAGE = 'wherry.local/pause:1';

/** The pause program: reaps children as PID 1, exits with 0 on SIGTERM and SIGINT. */
export function pauseExecutable(architecture: Architecture): Buffer {
  return architecture === 'amd64' ? staticExecutable('x64', pauseX64()) : staticExecutable('arm64', pauseArm64());
}

/** The sandbox image as an OCI archive, for `ctr images import`. */
export function sandboxImageTar(architecture: Architecture): Buffer {
  const image = ociImage({
    architecture,
    layers: [[{ path: 'pause', type: 'file', mode: 0o755, content: pauseExecutable(architecture) }]],
    entrypoint: ['/pause'],
    user: '65535:65535',
  });
  return ociArchive(image, SANDBOX_IMAGE);
}
