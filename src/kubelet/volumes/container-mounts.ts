/** The mounts of one container (pkg/kubelet makeMounts). */
import { isAbsolute, join } from 'node:path';
import type { Container, Pod, VolumeMount } from '../../api/core/v1.gen.ts';
import type { Logger } from '../../base/log.ts';
import type { Mounter } from '../../host/mounts.ts';
import { expand } from '../env/expand.ts';
import { mountPropagation, recursiveReadOnly, type CriMount } from '../runtime/mounts.ts';
import type { ImageVolumes } from '../runtime/runtime-dependencies.ts';
import { prepareSubPath } from './subpath.ts';
import type { MountedVolume, PodPaths } from './types.ts';

export interface ContainerMountsInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly images: ImageVolumes;
  readonly environment: ReadonlyMap<string, string>;
  readonly supportsRecursiveReadOnly: boolean;
}

export interface ContainerMountsDependencies {
  readonly mounter: Mounter;
  readonly paths: PodPaths;
  readonly log: Logger;
}

/** Rejects with upstream's message when a volume or sub-path cannot be had. */
export async function containerMounts(input: ContainerMountsInput, deps: ContainerMountsDependencies): Promise<CriMount[]> {
  const out: CriMount[] = [];
  for (const [index, mount] of (input.container.volumeMounts ?? []).entries()) out.push(await volumeMount(input, mount, index, deps));
  return out;
}

async function volumeMount(
  input: ContainerMountsInput,
  mount: VolumeMount,
  index: number,
  deps: ContainerMountsDependencies,
): Promise<CriMount> {
  const volume = input.volumes.get(mount.name);
  if (!volume) throw new Error(`cannot find volume "${mount.name}" to mount into container "${input.container.name}"`);
  const subPath = subPathOf(mount, input.environment);
  const common: CriMount = {
    containerPath: isAbsolute(mount.mountPath) ? mount.mountPath : join('/', mount.mountPath),
    readonly: (mount.readOnly ?? false) || volume.readOnly,
    propagation: mountPropagation(mount.mountPropagation),
  };
  const image = input.images.get(mount.name);
  if (image instanceof Error) throw image;
  if (image) return { ...common, image, imageSubPath: subPath };
  const hostPath = subPath === '' ? volume.hostPath : await prepare(input, mount, index, volume, subPath, deps);
  return { ...common, hostPath, recursiveReadOnly: readOnlyDown(mount, input.supportsRecursiveReadOnly) };
}

function readOnlyDown(mount: VolumeMount, supported: boolean): boolean {
  try {
    return recursiveReadOnly(mount, supported);
  } catch (error) {
    throw new Error(`failed to resolve recursive read-only mode: ${(error as Error).message}`);
  }
}

function subPathOf(mount: VolumeMount, environment: ReadonlyMap<string, string>): string {
  let subPath = mount.subPath ?? '';
  if (mount.subPathExpr) {
    const missing = new Set<string>();
    subPath = expand(mount.subPathExpr, (name) => {
      const value = environment.get(name);
      if (!value) missing.add(name);
      return value ?? '';
    });
    if (missing.size > 0) throw new Error(`missing value for ${[...missing].sort().join(', ')}`);
  }
  if (isAbsolute(subPath)) throw new Error(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split('/').includes('..')) throw new Error(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  return subPath;
}

async function prepare(
  { pod, container }: ContainerMountsInput,
  mount: VolumeMount,
  index: number,
  volume: MountedVolume,
  subPath: string,
  deps: ContainerMountsDependencies,
): Promise<string> {
  const target = join(deps.paths.subpaths(pod.metadata.uid), mount.name, container.name, String(index));
  try {
    return await prepareSubPath({ volumePath: volume.hostPath, subPath, target }, deps.mounter);
  } catch (error) {
    deps.log.error('cannot prepare a sub-path', error, { pod: pod.metadata.name, volume: mount.name, subPath });
    throw new Error(`failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}"`);
  }
}
