/** What pods keep on disk: writable layers, logs and volumes (pkg/kubelet/server/stats). */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { diskUsage, type DiskUsage } from '../../host/disk-usage.ts';
import { fileSystemSize, type FileSystemSize } from '../../host/file-system-size.ts';
import type { Cri } from '../cri/cri.ts';
import { containerLogsDirectory } from '../runtime/log-paths.ts';
import type { MountedVolume, PodPaths } from '../volumes/types.ts';

export interface VolumeUsage {
  readonly name: string;
  /** Name of the claim behind it. */
  readonly claim: string | undefined;
  /** Counts as the pod's ephemeral storage. */
  readonly ephemeral: boolean;
  readonly used: DiskUsage;
  readonly fs: FileSystemSize;
}

export interface PodStorage {
  /** By container. */
  readonly logs: ReadonlyMap<string, DiskUsage>;
  readonly volumes: readonly VolumeUsage[];
}

export interface PodStorageOptions {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly paths: PodPaths;
  readonly podLogsRoot: string;
  volumes(podUid: string): ReadonlyMap<string, MountedVolume>;
}

/** Walking directories is dear: what was found holds this long. */
const FRESH_MS = 60_000;

export class PodStorages {
  readonly #options: PodStorageOptions;
  readonly #known = new Map<string, { readonly at: number; readonly storage: Promise<PodStorage> }>();

  constructor(options: PodStorageOptions) {
    this.#options = options;
  }

  /** `freshMs`: how old the answer may be. */
  get(pod: Pod, freshMs = FRESH_MS): Promise<PodStorage> {
    const { uid } = pod.metadata;
    const now = this.#options.clock.monotonic();
    const known = this.#known.get(uid);
    if (known && now - known.at < freshMs) return known.storage;
    const storage = this.#measure(pod);
    storage.catch(() => this.#known.delete(uid));
    this.#known.set(uid, { at: now, storage });
    return storage;
  }

  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#known.delete(uid);
  }

  /** Writable layers of all containers by the runtime's id. */
  async layers(): Promise<Map<string, DiskUsage>> {
    const { stats } = await this.#options.cri.listContainerStats({});
    const out = new Map<string, DiskUsage>();
    for (const { attributes, writableLayer } of stats) {
      const bytes = writableLayer?.usedBytes?.value;
      if (attributes && bytes !== undefined) out.set(attributes.id, { bytes, inodes: writableLayer?.inodesUsed?.value ?? 0 });
    }
    return out;
  }

  async #measure(pod: Pod): Promise<PodStorage> {
    const logs = new Map<string, DiskUsage>();
    for (const { name } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers])
      logs.set(name, await diskUsage(containerLogsDirectory(this.#options.podLogsRoot, pod, name)));
    return { logs, volumes: await this.#volumes(pod) };
  }

  async #volumes(pod: Pod): Promise<VolumeUsage[]> {
    const { paths, volumes } = this.#options;
    const own = paths.volumes(pod.metadata.uid);
    const out: VolumeUsage[] = [];
    for (const { name, hostPath } of volumes(pod.metadata.uid).values()) {
      const spec = pod.spec.volumes?.find((v) => v.name === name);
      const claim = spec?.persistentVolumeClaim?.claimName ?? (spec?.ephemeral && `${pod.metadata.name}-${name}`);
      if (!spec || (claim === undefined && !hostPath.startsWith(`${own}/`))) continue;
      const ephemeral = claim === undefined && (!spec.emptyDir || !spec.emptyDir.medium);
      const fs = await fileSystemSize(hostPath);
      // A claim's file system is its own: what it says is exact and cheap.
      const used = claim === undefined ? await diskUsage(hostPath) : { bytes: fs.usedBytes, inodes: fs.inodes - fs.inodesFree };
      out.push({ name, claim, ephemeral, used, fs });
    }
    return out;
  }
}
