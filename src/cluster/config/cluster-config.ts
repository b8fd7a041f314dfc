/** What a cluster is made of: decided once by `wherry up`, kept in `<data dir>/cluster.json`, read by every process of the cluster. */
export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  /** Name of the network namespace the node lives in; left out for a node in the machine's own. */
  readonly namespace?: string;
}

export interface ClusterConfig {
  readonly version: 1;
  /** Six hex digits, made from the data directory: part of the names of everything the cluster makes outside it. */
  readonly id: string;
  /** The API server's HTTPS port, on every address of the machine. */
  readonly port: number;
  /** Where the nodes reach the API server; the endpoint of the `kubernetes` Service. */
  readonly advertiseAddress: string;
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly clusterDomain: string;
  /** Address of the kube-dns Service. */
  readonly dnsAddress: string;
  readonly nodes: readonly ClusterNode[];
  /** The nodes run their pods in memory only: containers could not be run when `up` was called last. */
  readonly simulated?: true;
  /** A bridge between the machine and its nodes' network namespaces. */
  readonly bridge?: { readonly name: string; readonly address: string; readonly cidr: string };
  /** As on the command line: `registry.k8s.io=http://127.0.0.1:5000`. */
  readonly registryMirrors: readonly string[];
  /** Port of the registry that serves the example's images; left out when there is none. */
  readonly exampleRegistryPort?: number;
}

/** The control group that holds the pods of all nodes. */
export function clusterCgroup(config: ClusterConfig): string {
  return `/wherry-${config.id}`;
}

/** The control group of one node (`--cgroup-root`): nodes share a kernel, so each has its own. */
export function nodeCgroup(config: ClusterConfig, node: string): string {
  return `${clusterCgroup(config)}/${node}`;
}
