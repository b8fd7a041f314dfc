/** CPU, memory and network of the pods that run, read from their cgroups when asked (the place of cAdvisor in upstream's kubelet). */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Cgroups } from '../../host/cgroups.ts';
import { isMissing, readFile } from '../../host/fs.ts';
import type { PodCgroups } from '../cgroups/pod-cgroups.ts';
import type { PodCache } from '../pleg/pod-cache.ts';
import { isHostNetwork } from '../pod/containers.ts';
import type { RuntimeContainerStatus } from '../runtime/types.ts';
import { cgroupUsage, type CgroupUsage } from './cgroup-usage.ts';
import { CpuRates } from './cpu-rates.ts';
import { parseNetDev, type InterfaceUsage } from './net-dev.ts';

export interface Usage extends CgroupUsage {
  /** Nanoseconds of CPU a second; undefined before it was read twice. */
  readonly nanoCores: number | undefined;
}

export interface ContainerUsage {
  readonly status: RuntimeContainerStatus;
  readonly cgroup: string;
  readonly usage: Usage;
}

export interface PodUsage {
  readonly pod: Pod;
  /** Milliseconds since the epoch, of the newest sandbox. */
  readonly startedAt: number;
  readonly cgroup: string;
  readonly usage: Usage;
  readonly containers: readonly ContainerUsage[];
}

export interface PodUsagesOptions {
  readonly clock: Clock;
  readonly cgroups: Cgroups;
  readonly podCgroups: PodCgroups;
  readonly cache: PodCache;
  readonly pods: { list(): Pod[] };
}

const ROOT = '/';

export class PodUsages {
  readonly #options: PodUsagesOptions;
  readonly #rates = new CpuRates();

  constructor(options: PodUsagesOptions) {
    this.#options = options;
  }

  /** Of the whole machine. */
  node(): Usage | undefined {
    return this.#read(ROOT);
  }

  /** Of one group, by its path. */
  group(path: string): Usage | undefined {
    return this.#read(path);
  }

  pods(): PodUsage[] {
    const usages = this.#options.pods.list().flatMap((pod) => this.pod(pod) ?? []);
    this.#rates.retain(new Set([ROOT, ...usages.flatMap((u) => [u.cgroup, ...u.containers.map((c) => c.cgroup)])]));
    return usages;
  }

  /** Undefined when the pod has no cgroup, or nothing in it. */
  pod(pod: Pod): PodUsage | undefined {
    const { cache, podCgroups } = this.#options;
    const { containers, sandboxes } = cache.get(pod.metadata.uid);
    const cgroup = podCgroups.path(pod);
    const usage = sandboxes.length > 0 ? this.#read(cgroup) : undefined;
    if (!usage) return undefined;
    const running = containers
      .filter((c) => c.state === 'running')
      .flatMap((status) => {
        const path = join(cgroup, status.id);
        const used = this.#read(path);
        return used ? [{ status, cgroup: path, usage: used }] : [];
      });
    return { pod, startedAt: (sandboxes[0]?.createdAt ?? 0) / 1e6, cgroup, usage, containers: running };
  }

  /** Counters of a pod's own interfaces; none for pods on the node's network. */
  async network({ pod, cgroup }: PodUsage): Promise<InterfaceUsage[]> {
    if (isHostNetwork(pod)) return [];
    const [pid] = this.#options.cgroups.processes(cgroup);
    return pid === undefined ? [] : this.nodeNetwork(String(pid));
  }

  /** Counters of the interfaces that a process sees; this one's when left out. */
  async nodeNetwork(pid = 'self'): Promise<InterfaceUsage[]> {
    try {
      return parseNetDev(await readFile(`/proc/${pid}/net/dev`, 'utf8'));
    } catch (error) {
      if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') return []; // The process ended meanwhile.
      throw error;
    }
  }

  #read(path: string): Usage | undefined {
    const { cgroups, clock } = this.#options;
    const usage = cgroupUsage(cgroups, path);
    return usage && { ...usage, nanoCores: this.#rates.take(path, clock.monotonic(), usage.cpuNanos) };
  }
}
