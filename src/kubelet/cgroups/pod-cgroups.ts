/** The tree of cgroups that pods live in: `<root>/kubepods[/burstable|/besteffort]/pod<uid>` (cgroupfs driver). */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { CgroupResources, Cgroups } from '../../host/cgroups.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import { podQos } from '../pod/qos.ts';
import { milliCpuToShares, MIN_SHARES } from './cpu.ts';
import { podCgroupConfig } from './pod-cgroup-config.ts';

export interface PodCgroupsOptions {
  readonly cgroups: Cgroups;
  /** Where `kubepods` goes; `/` unless several kubelets share a machine. */
  readonly root: string;
  readonly enforceCpuLimits: boolean;
  /** -1 for no limit. */
  readonly podPidsLimit: number;
}

const PREFIX = 'pod';

export class PodCgroups {
  readonly #options: PodCgroupsOptions;
  readonly #kubepods: string;

  constructor(options: PodCgroupsOptions) {
    this.#options = options;
    this.#kubepods = join('/', options.root, 'kubepods');
  }

  /** The group of all pods. */
  get root(): string {
    return this.#kubepods;
  }

  /** The path that goes to the runtime as the sandbox's cgroup parent. */
  path(pod: Pod): string {
    const qos = podQos(pod);
    return join(this.#kubepods, qos === 'Guaranteed' ? '' : qos.toLowerCase(), PREFIX + pod.metadata.uid);
  }

  /** Makes the upper levels. `node` limits all pods together. */
  start(node: { readonly cpuMilli: number; readonly memory: number }): void {
    const { cgroups } = this.#options;
    cgroups.create(this.#kubepods, { cpuShares: milliCpuToShares(node.cpuMilli), memory: node.memory });
    cgroups.create(join(this.#kubepods, 'burstable'), {});
    cgroups.create(join(this.#kubepods, 'besteffort'), { cpuShares: MIN_SHARES });
  }

  exists(pod: Pod): boolean {
    return this.#options.cgroups.exists(this.path(pod));
  }

  ensure(pod: Pod): void {
    if (!this.exists(pod)) this.#options.cgroups.create(this.path(pod), this.config(pod));
  }

  config(pod: Pod): CgroupResources {
    const { enforceCpuLimits, podPidsLimit } = this.#options;
    return podCgroupConfig(pod, { enforceCpuLimits, pidsLimit: podPidsLimit > 0 ? podPidsLimit : undefined });
  }

  read(pod: Pod): CgroupResources {
    return this.#options.cgroups.read(this.path(pod));
  }

  update(pod: Pod, resources: CgroupResources): void {
    this.#options.cgroups.update(this.path(pod), resources);
  }

  /** Kills what is left in the pod's groups, whichever class it was in, and removes them. Throws when a process stays. */
  destroy(podUid: string, kill: (pid: number) => void): void {
    const { cgroups } = this.#options;
    for (const parent of this.#classes()) {
      const path = join(parent, PREFIX + podUid);
      for (const pid of cgroups.processes(path)) kill(pid);
      cgroups.remove(path);
    }
  }

  /** UIDs of the pods that have a cgroup. */
  podUids(): string[] {
    const names = this.#classes().flatMap((path) => this.#options.cgroups.children(path));
    return names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  }

  /** Burstable pods together get the CPU they asked for. */
  updateQos(activePods: readonly Pod[]): void {
    const milli = activePods
      .filter((pod) => podQos(pod) === 'Burstable')
      .reduce((sum, pod) => sum + (podRequests(pod).get('cpu')?.milliValue() ?? 0), 0);
    this.#options.cgroups.update(join(this.#kubepods, 'burstable'), { cpuShares: milliCpuToShares(milli) });
  }

  #classes(): string[] {
    return [this.#kubepods, join(this.#kubepods, 'burstable'), join(this.#kubepods, 'besteffort')];
  }
}
