import type { SimNodeOptions } from '../node/sim-node-options.ts';
import type { NodeSpec } from './cluster-options.ts';

/** Pods of all nodes of an in-test cluster: 32,768 ranges of 254 addresses. */
export const POD_CIDR = '10.128.0.0/9';

/** The options of the cluster's node number `index`, counted from 0, with addresses of its own. Pure. */
export function nodeOptions(index: number, spec: NodeSpec): SimNodeOptions {
  const [high, low] = [index >> 8, index & 0xff];
  return {
    ...spec,
    name: spec.name ?? `node-${index + 1}`,
    addresses: spec.addresses ?? [`10.64.${(index + 1) >> 8}.${(index + 1) & 0xff}`],
    podCIDR: spec.podCIDR ?? `10.${128 + high}.${low}.0/24`,
  };
}
