import type { Pod } from '../../api/core/v1.gen.ts';
import type { CgroupResources } from '../../host/cgroups.ts';
import type { PodCgroups } from '../cgroups/pod-cgroups.ts';
import type { Cri } from '../cri/cri.ts';
import { isUnimplemented } from './unimplemented.ts';

export type ResizedResource = 'memory' | 'cpu';

/** Changes a pod's own cgroup around the change of its containers. */
export class PodCgroupResize {
  readonly #cgroups: PodCgroups;
  readonly #cri: Cri;
  /** Bytes in use by the pod. */
  readonly #memoryUsage: (pod: Pod) => number | undefined;

  constructor(cgroups: PodCgroups, cri: Cri, memoryUsage: (pod: Pod) => number | undefined) {
    this.#cgroups = cgroups;
    this.#cri = cri;
    this.#memoryUsage = memoryUsage;
  }

  /** Rejects, before anything is changed, when a memory limit would fall below what is in use. */
  async resize(pod: Pod, sandboxId: string, containers: (resource: ResizedResource) => Promise<void>): Promise<void> {
    const wanted = this.#cgroups.config(pod);
    const before = this.#cgroups.read(pod);
    this.#checkMemory(pod, before, wanted);
    const memoryGrows = unlimited(wanted.memory) || (!unlimited(before.memory) && limit(wanted.memory) > limit(before.memory));
    const memory: CgroupResources = { memory: wanted.memory ?? -1 };
    await this.#around(pod, sandboxId, memory, memoryGrows, () => containers('memory'));
    const cpu: CgroupResources = { cpuShares: wanted.cpuShares, cpuQuota: wanted.cpuQuota || -1, cpuPeriod: wanted.cpuPeriod };
    const cpuGrows = unlimited(wanted.cpuQuota) || (!unlimited(before.cpuQuota) && limit(wanted.cpuQuota) > limit(before.cpuQuota));
    await this.#around(pod, sandboxId, cpu, cpuGrows, () => containers('cpu'));
  }

  async #around(pod: Pod, sandboxId: string, resources: CgroupResources, first: boolean, containers: () => Promise<void>): Promise<void> {
    if (!first) await containers();
    await this.#tellRuntime(sandboxId, resources);
    this.#cgroups.update(pod, resources);
    if (first) await containers();
  }

  async #tellRuntime(podSandboxId: string, r: CgroupResources): Promise<void> {
    const resources = {
      cpuShares: r.cpuShares,
      cpuQuota: r.cpuQuota,
      cpuPeriod: r.cpuPeriod,
      memoryLimitInBytes: unlimited(r.memory) ? 0 : r.memory,
    };
    try {
      await this.#cri.updatePodSandboxResources({ podSandboxId, resources });
    } catch (error) {
      if (!isUnimplemented(error)) throw error;
    }
  }

  #checkMemory(pod: Pod, before: CgroupResources, wanted: CgroupResources): void {
    if (unlimited(wanted.memory) || (!unlimited(before.memory) && limit(wanted.memory) >= limit(before.memory))) return;
    const used = this.#memoryUsage(pod);
    if (used === undefined || used < limit(wanted.memory)) return;
    throw new Error(
      `cannot decrease memory limits: attempting to set pod memory limit (${limit(wanted.memory)}) below current usage (${used})`,
    );
  }
}

function unlimited(value: number | undefined): boolean {
  return value === undefined || value <= 0;
}

function limit(value: number | undefined): number {
  return value ?? Infinity;
}
