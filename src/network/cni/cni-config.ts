/** The CNI configuration of a node: which plugins make the network of a pod, from which addresses (CNI spec 1.0, containernetworking/plugins). */
import { join } from 'node:path';
import { writeFileIfChanged } from '../../host/files.ts';

export interface CniConfigOptions {
  /** Directory that the container runtime watches (its `conf_dir`). One file is written into it. */
  readonly dir: string;
  /** The node's pod ranges, at most one of each family. */
  readonly podCIDRs: readonly string[];
  readonly bridgeName: string;
  /** Of pod interfaces; the plugin's default (that of the node) when left out. */
  readonly mtu?: number;
  /** Where host-local keeps the addresses it gave out. Nodes that share a file system must not share it. */
  readonly ipamDir: string;
  /** Name of the network; also part of the runtime's cache keys. */
  readonly networkName?: string;
}

export const CNI_CONFIG_FILE = '10-wherry.conflist';

/** The configuration as an object. Pure. */
export function cniConfig(options: CniConfigOptions): object {
  const bridge = {
    type: 'bridge',
    bridge: options.bridgeName,
    // Also gives pods their default route.
    isDefaultGateway: true,
    // A pod range may change (a node that was deleted and comes back): the bridge then takes the new address instead of refusing.
    forceAddress: true,
    // A pod must reach itself through a service; the packets then leave by the port they came from.
    hairpinMode: true,
    // Our own rule does it, and knows the ranges of the whole cluster.
    ipMasq: false,
    ...(options.mtu !== undefined && { mtu: options.mtu }),
    ipam: { type: 'host-local', dataDir: options.ipamDir, ranges: options.podCIDRs.map((subnet) => [{ subnet }]) },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true };
  return { cniVersion: '1.0.0', name: options.networkName ?? 'wherry', plugins: [bridge, portmap] };
}

/** Writes the configuration in one step, when it differs. Returns the path. The loopback interface is the runtime's own doing. */
export function writeCniConfig(options: CniConfigOptions): string {
  const path = join(options.dir, CNI_CONFIG_FILE);
  writeFileIfChanged(path, `${JSON.stringify(cniConfig(options), undefined, 2)}\n`, 0o644);
  return path;
}
