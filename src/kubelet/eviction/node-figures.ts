/** What eviction looks at, read from the machine. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { NodeStorage } from '../stats/node-storage.ts';
import type { PodStorages } from '../stats/pod-storage.ts';
import type { PodUsages } from '../stats/pod-usages.ts';
import { ephemeralUsage } from '../stats/summary.ts';
import type { PodDisk } from './storage-limits.ts';
import type { Observation, Signal } from './thresholds.ts';

export interface PodUse {
  readonly pod: Pod;
  readonly total: number;
  readonly containers: ReadonlyMap<string, number>;
}

export interface NodeFiguresOptions {
  readonly usages: PodUsages;
  readonly storages: PodStorages;
  /** Bytes. */
  readonly memory: number;
  readonly maxPids: number;
  storage(): Promise<NodeStorage>;
  pids(): Promise<number>;
  processes(cgroup: string): number;
}

/** Limits are to be found out soon after they are crossed. */
const DISK_FRESH_MS = 10_000;

export class NodeFigures {
  readonly #options: NodeFiguresOptions;

  constructor(options: NodeFiguresOptions) {
    this.#options = options;
  }

  async observations(): Promise<Map<Signal, Observation>> {
    const { usages, memory, maxPids, storage, pids } = this.#options;
    const out = new Map<Signal, Observation>();
    const node = usages.node();
    if (node) out.set('memory.available', { available: Math.max(0, memory - node.workingSet), capacity: memory });
    const disk = await storage();
    for (const [name, fs] of [
      ['nodefs', disk.node],
      ['imagefs', disk.images],
    ] as const) {
      out.set(`${name}.available`, { available: fs.availableBytes, capacity: fs.capacityBytes });
      // Some file systems have no fixed number of inodes.
      if (fs.inodes > 0) out.set(`${name}.inodesFree`, { available: fs.inodesFree, capacity: fs.inodes });
    }
    out.set('pid.available', { available: maxPids - (await pids()), capacity: maxPids });
    return out;
  }

  /** What each pod uses of a resource; pods without figures are left out. */
  async podUse(resource: string, pods: readonly Pod[]): Promise<PodUse[]> {
    if (resource === 'ephemeral-storage' || resource === 'inodes')
      return (await this.podDisks(pods)).map(({ pod, disk, inodes }) =>
        resource === 'inodes' ? { pod, total: inodes, containers: new Map() } : { pod, total: disk.total, containers: disk.containers },
      );
    return pods.flatMap((pod) => {
      const used = this.#options.usages.pod(pod);
      if (!used) return [];
      if (resource === 'pids') return [{ pod, total: this.#options.processes(used.cgroup), containers: new Map<string, number>() }];
      const containers = new Map(used.containers.map((c) => [c.status.name, c.usage.workingSet]));
      return [{ pod, total: used.usage.workingSet, containers }];
    });
  }

  async podDisks(pods: readonly Pod[]): Promise<{ pod: Pod; disk: PodDisk; inodes: number }[]> {
    const { usages, storages } = this.#options;
    const layers = await storages.layers();
    const out: { pod: Pod; disk: PodDisk; inodes: number }[] = [];
    for (const pod of pods) {
      const used = usages.pod(pod);
      if (!used) continue;
      const own = await storages.get(pod, DISK_FRESH_MS);
      const all = ephemeralUsage(used, own, layers);
      const containers = new Map(
        used.containers.map(({ status }) => [status.name, (layers.get(status.id)?.bytes ?? 0) + (own.logs.get(status.name)?.bytes ?? 0)]),
      );
      const volumes = new Map(own.volumes.map((v) => [v.name, v.used.bytes]));
      out.push({ pod, disk: { volumes, containers, total: all.bytes }, inodes: all.inodes });
    }
    return out;
  }
}
