/** Brings together what the machine, its pods and their files use. */
import { readFile } from '../../host/fs.ts';
import type { Clock } from '../../base/clock.ts';
import type { Cri } from '../cri/cri.ts';
import { nodeStorage } from './node-storage.ts';
import type { PodStorages } from './pod-storage.ts';
import type { PodUsage, PodUsages } from './pod-usages.ts';
import { summary, type SummaryStorage } from './summary.ts';

export interface StatsProviderOptions {
  readonly clock: Clock;
  readonly cri: Cri;
  readonly usages: PodUsages;
  readonly storages: PodStorages;
  readonly nodeName: string;
  readonly rootDirectory: string;
  /** Bytes. */
  readonly memory: number;
  readonly maxPids: number;
  readonly kubepods: string;
  processes(cgroup: string): number;
}

export class StatsProvider {
  readonly #options: StatsProviderOptions;

  constructor(options: StatsProviderOptions) {
    this.#options = options;
  }

  /** The body of /stats/summary. */
  async summary(onlyCpuAndMemory: boolean): Promise<Record<string, unknown>> {
    const { clock, usages, nodeName, memory, maxPids, kubepods } = this.#options;
    const pods = usages.pods();
    const storage = onlyCpuAndMemory ? undefined : await this.#storage(pods);
    const [pids, bootedAt] = await Promise.all([processCount(), bootTime()]);
    const common = { now: clock.now(), nodeName, bootedAt, memory, maxPids, pids };
    return summary({ ...common, node: usages.node(), kubepods: usages.group(kubepods), pods, storage });
  }

  async #storage(pods: readonly PodUsage[]): Promise<SummaryStorage> {
    const { cri, usages, storages, rootDirectory, processes } = this.#options;
    const [node, network, layers] = await Promise.all([nodeStorage(rootDirectory, cri), usages.nodeNetwork(), storages.layers()]);
    const podNetworks = new Map<string, Awaited<ReturnType<PodUsages['network']>>>();
    const podStorages = new Map<string, Awaited<ReturnType<PodStorages['get']>>>();
    for (const pod of pods) {
      const { uid } = pod.pod.metadata;
      podNetworks.set(uid, await usages.network(pod));
      podStorages.set(uid, await storages.get(pod.pod));
    }
    return {
      node,
      network,
      layers,
      podNetworks,
      podStorages,
      processes: new Map(pods.map((pod) => [pod.pod.metadata.uid, processes(pod.cgroup)])),
    };
  }
}

/** Processes and threads of the machine. */
export async function processCount(): Promise<number> {
  const [, , , running = ''] = (await readFile('/proc/loadavg', 'utf8')).split(' ');
  return Number(running.split('/')[1] ?? 0);
}

async function bootTime(): Promise<number> {
  return Number(/^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000;
}
