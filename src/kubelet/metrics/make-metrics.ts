/** What the metrics endpoints answer, from the kubelet's parts. */
import type { Clock } from '../../base/clock.ts';
import type { MachineFacts } from '../../host/machine-facts.ts';
import type { PodCache } from '../pleg/pod-cache.ts';
import type { PodStorages } from '../stats/pod-storage.ts';
import type { PodUsages } from '../stats/pod-usages.ts';
import { cadvisorMetrics } from './cadvisor-metrics.ts';
import type { KubeletMetrics } from './kubelet-metrics.ts';
import { resourceMetrics } from './resource-metrics.ts';

export interface MetricsSources {
  readonly clock: Clock;
  readonly machine: MachineFacts;
  readonly cache: PodCache;
  readonly metrics: KubeletMetrics;
  readonly usages: PodUsages;
  readonly storages: PodStorages;
}

export function metricsTexts({ clock, machine, cache, metrics, usages, storages }: MetricsSources) {
  return {
    kubelet(): string {
      const running = cache.runningPods();
      metrics.runningPods.set(running.filter((pod) => pod.ips.length > 0 || pod.activeContainers.length > 0).length);
      const states = new Map<string, number>([['running', 0]]);
      for (const uid of cache.knownPods())
        for (const { state } of cache.get(uid).containers) states.set(state, (states.get(state) ?? 0) + 1);
      for (const [state, count] of states) metrics.runningContainers.set(count, { container_state: state });
      return metrics.registry.render();
    },
    resource: (): string => resourceMetrics(usages.node(), usages.pods(), clock.now()),
    async cadvisor(): Promise<string> {
      const pods = usages.pods();
      const networks = new Map<string, Awaited<ReturnType<PodUsages['network']>>>();
      for (const pod of pods) networks.set(pod.pod.metadata.uid, await usages.network(pod));
      return cadvisorMetrics({ machine, node: usages.node(), pods, networks, layers: await storages.layers(), now: clock.now() });
    },
  };
}
