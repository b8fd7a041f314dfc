import { join } from 'node:path';
import { mkdir } from '../../../host/fs.ts';
import { isNotFound } from '../../../machinery/status-error.ts';
import { writeAtomically } from '../atomic-writer.ts';
import { nestedMountPoints } from '../nested-mount-points.ts';
import { setOwnership } from '../ownership.ts';
import { downwardPayload } from '../payload/downward-payload.ts';
import type { Payload } from '../payload/file-projection.ts';
import { configMapData, keyPayload, missingConfigKey, missingSecretKey, secretData } from '../payload/key-payload.ts';
import { projectedPayload } from '../payload/projected-payload.ts';
import { makeOpenDirectory, mountTmpfs } from '../tmpfs.ts';
import type { MountedVolume, VolumeDependencies, VolumeSetup } from '../types.ts';

const DEFAULT_MODE = 0o644;

interface FileVolume {
  readonly plugin: string;
  /** Kept in memory, so that it never lies on a disk. */
  readonly inMemory: boolean;
  payload(): Promise<Payload>;
}

/** Makes or refreshes a volume whose files come from the API: config map, secret, downward API, projected. */
export async function setUpFileVolume(setup: VolumeSetup, deps: VolumeDependencies): Promise<MountedVolume> {
  const { pod, volume, fsGroup } = setup;
  const kind = fileVolume(setup, deps);
  if (!kind) throw new Error(`volume "${volume.name}" shows no files of the API`);
  // Nothing is mounted before all that it shows is there.
  const payload = await kind.payload();
  const path = deps.paths.volume(pod.metadata.uid, kind.plugin, volume.name);
  if (kind.inMemory) await mountTmpfs(deps.mounter, path, [`size=${deps.allocatableMemory}`]);
  else await makeOpenDirectory(path);
  for (const nested of nestedMountPoints(pod, volume.name)) await mkdir(join(path, nested), { recursive: true, mode: 0o755 });
  await writeAtomically(path, payload, deps.clock.now(), () => setOwnership({ path, fsGroup, readOnly: true }));
  return { name: volume.name, hostPath: path, readOnly: true };
}

export const FILE_PLUGINS = {
  configMap: 'kubernetes.io/configmap',
  secret: 'kubernetes.io/secret',
  downwardAPI: 'kubernetes.io/downward-api',
  projected: 'kubernetes.io/projected',
} as const;

function fileVolume({ pod, volume, fsUser, fsGroup }: VolumeSetup, deps: VolumeDependencies): FileVolume | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  const { sources } = deps;
  const { namespace } = pod.metadata;
  if (configMap) {
    const { items, defaultMode = DEFAULT_MODE, optional = false, name = '' } = configMap;
    const select = { items, defaultMode, optional, missing: missingConfigKey };
    const payload = async () => keyPayload(await dataOr(optional, sources.configMap(namespace, name), configMapData), select);
    return { plugin: FILE_PLUGINS.configMap, inMemory: false, payload };
  }
  if (secret) {
    const { items, defaultMode = DEFAULT_MODE, optional = false, secretName = '' } = secret;
    const select = { items, defaultMode, optional, missing: missingSecretKey };
    const payload = async () => keyPayload(await dataOr(optional, sources.secret(namespace, secretName), secretData), select);
    return { plugin: FILE_PLUGINS.secret, inMemory: true, payload };
  }
  if (downwardAPI) {
    const { items = [], defaultMode = DEFAULT_MODE } = downwardAPI;
    const payload = () => Promise.resolve().then(() => downwardPayload(items, pod, sources.allocatable, defaultMode));
    return { plugin: FILE_PLUGINS.downwardAPI, inMemory: true, payload };
  }
  if (projected) {
    return {
      plugin: FILE_PLUGINS.projected,
      inMemory: true,
      payload: () => projectedPayload(projected, pod, { fsUser, fsGroup }, sources),
    };
  }
  return undefined;
}

async function dataOr<T>(
  optional: boolean,
  found: Promise<T>,
  data: (object: T) => Map<string, Uint8Array>,
): Promise<Map<string, Uint8Array>> {
  try {
    return data(await found);
  } catch (error) {
    if (optional && isNotFound(error)) return new Map();
    throw error;
  }
}
