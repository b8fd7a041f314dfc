import { join } from 'node:path';
import type { Pod } from '../../../api/core/v1.gen.ts';
import { lstat, mkdir, writeFile } from '../../../host/fs.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import { hugepageUnit } from '../../cgroups/container-resources.ts';
import { podLimits } from '../../../machinery/pod/pod-resources.ts';
import { setOwnership } from '../ownership.ts';
import { isMountPoint, makeOpenDirectory, mountTmpfs } from '../tmpfs.ts';
import type { MountedVolume, VolumeDependencies, VolumeSetup } from '../types.ts';

export const EMPTY_DIR_PLUGIN = 'kubernetes.io/empty-dir';

/** A directory of the pod's own, on disk, in memory or in huge pages. What is there already stays as it is. */
export async function setUpEmptyDir({ pod, volume, fsGroup }: VolumeSetup, deps: VolumeDependencies): Promise<MountedVolume> {
  const path = deps.paths.volume(pod.metadata.uid, EMPTY_DIR_PLUGIN, volume.name);
  const mounted: MountedVolume = { name: volume.name, hostPath: path, readOnly: false };
  const medium = volume.emptyDir?.medium ?? '';
  const marker = join(deps.paths.plugin(pod.metadata.uid, EMPTY_DIR_PLUGIN), volume.name);
  const known = await exists(join(marker, 'ready'));
  if (known && (medium === '' ? await exists(path) : await isMountPoint(deps.mounter, path))) return mounted;
  if (medium === '') await makeOpenDirectory(path);
  else if (medium === 'Memory')
    await mountTmpfs(deps.mounter, path, [`size=${memorySize(pod, volume.emptyDir?.sizeLimit, deps.allocatableMemory)}`]);
  else if (medium === 'HugePages' || medium.startsWith('HugePages-')) await mountHugepages(pod, medium, path, deps);
  else throw new Error(`unknown storage medium "${medium}"`);
  await setOwnership({ path, fsGroup, readOnly: false });
  await mkdir(marker, { recursive: true, mode: 0o750 });
  await writeFile(join(marker, 'ready'), '');
  return mounted;
}

/** The smallest of what the volume, the pod and the node allow. */
function memorySize(pod: Pod, sizeLimit: string | undefined, allocatable: number): number {
  const limits = [allocatable];
  const ofPod = podLimits(pod).get('memory')?.value() ?? 0;
  const everyContainer = pod.spec.containers.every((c) => c.resources?.limits?.['memory'] !== undefined);
  if (ofPod > 0 && everyContainer) limits.push(ofPod);
  const own = sizeLimit === undefined ? 0 : Quantity.parse(sizeLimit).value();
  if (own > 0) limits.push(own);
  return Math.min(...limits);
}

async function mountHugepages(pod: Pod, medium: string, path: string, { mounter }: VolumeDependencies): Promise<void> {
  await makeOpenDirectory(path);
  if (await isMountPoint(mounter, path)) return;
  const wanted = medium === 'HugePages' ? undefined : hugepageUnit(medium.slice('HugePages-'.length));
  const requested = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
    .flatMap((c) => Object.keys(c.resources?.requests ?? {}))
    .filter((name) => name.startsWith('hugepages-'))
    .map((name) => name.slice('hugepages-'.length));
  const sizes = new Set(requested.filter((size) => wanted === undefined || hugepageUnit(size) === wanted));
  if (sizes.size === 0) throw new Error(`medium ${medium}: hugePages storage requested, but there is no resource request for huge pages`);
  if (sizes.size > 1) throw new Error(`medium: ${medium} can't be used if container requests multiple huge page sizes`);
  await mounter.mount({ source: 'nodev', target: path, fsType: 'hugetlbfs', options: [`pagesize=${[...sizes][0]}`] });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
