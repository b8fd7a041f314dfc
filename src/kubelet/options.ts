/** What a kubelet is started with. */
import type { Taint } from '../api/core/v1.gen.ts';
import type { ComponentContext } from '../client/component.ts';

export interface KubeletServing {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the authority whose client certificates are accepted; undefined accepts none. */
  readonly clientCA?: string | undefined;
}

/** Amounts are quantities (`200Mi`) or percentages (`10%`) of the whole, by signal (`memory.available`). */
export type EvictionThresholds = Readonly<Record<string, string>>;

export interface KubeletOptions extends ComponentContext {
  readonly nodeName: string;
  /** The first is the node's main address; at most one a family. */
  readonly nodeIPs: readonly string[];
  readonly hostname?: string | undefined;
  readonly clusterDNS: readonly string[];
  /** `cluster.local`; '' for none. */
  readonly clusterDomain: string;
  /** `unix:///run/containerd/containerd.sock`, or the path alone. */
  readonly containerRuntimeEndpoint: string;
  /** /var/lib/kubelet when left out. */
  readonly rootDirectory?: string | undefined;
  /** /var/log/pods when left out. */
  readonly podLogsDirectory?: string | undefined;
  /** Where links to logs in the older layout go; /var/log/containers when left out, none for ''. */
  readonly containerLogsDirectory?: string | undefined;
  /** Directory (or file) of static pods; none when left out. */
  readonly staticPodPath?: string | undefined;
  /** Left out: the kubelet serves nothing. */
  readonly serving?: KubeletServing | undefined;
  /** 10250 when left out; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Address the server listens on; all when left out. */
  readonly address?: string | undefined;
  readonly maxPods?: number | undefined;
  readonly nodeLabels?: Readonly<Record<string, string>> | undefined;
  readonly registerWithTaints?: readonly Taint[] | undefined;
  readonly providerID?: string | undefined;
  /** /etc/resolv.conf when left out; '' for none. */
  readonly resolvConf?: string | undefined;
  readonly evictionHard?: EvictionThresholds | undefined;
  /** Taken from capacity before pods get theirs: cpu, memory, ephemeral-storage, pid. */
  readonly systemReserved?: Readonly<Record<string, string>> | undefined;
  readonly kubeReserved?: Readonly<Record<string, string>> | undefined;
  /** Where `kubepods` goes in the cgroup tree; `/` when left out. */
  readonly cgroupRoot?: string | undefined;
  readonly podPidsLimit?: number | undefined;
  /** Images are pulled one by one when left out. */
  readonly serializeImagePulls?: boolean | undefined;
  readonly maxParallelImagePulls?: number | undefined;
  readonly seccompDefault?: boolean | undefined;
  /** Sysctls beyond the safe ones that pods may set: names, or prefixes with `*`. */
  readonly allowedUnsafeSysctls?: readonly string[] | undefined;
  readonly imageGCHighThresholdPercent?: number | undefined;
  readonly imageGCLowThresholdPercent?: number | undefined;
  readonly containerLogMaxSize?: string | undefined;
  readonly containerLogMaxFiles?: number | undefined;
  /** Upstream's names; what is left out is at upstream's default. */
  readonly featureGates?: Readonly<Record<string, boolean>> | undefined;
}

export interface Kubelet {
  readonly nodeName: string;
  /** Port of the HTTPS server; undefined when it serves nothing. */
  readonly port: number | undefined;
  /** Stops managing; containers go on. Resolves when nothing of the kubelet runs any more. */
  stop(): Promise<void>;
}
