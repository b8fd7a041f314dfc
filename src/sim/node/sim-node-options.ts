import type { Taint } from '../../api/core/v1.gen.ts';
import type { ExecProgram } from '../kubelet-api/exec-program.ts';

export interface SimNodeOptions {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  /** What the node has, all of it for pods; `{cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi'}` and what is given here. */
  readonly capacity?: Readonly<Record<string, string>> | undefined;
  /** Its InternalIP addresses, at most one a family. */
  readonly addresses: readonly string[];
  /** Range of its pods' addresses; left out: the one that the node IPAM controller gives it. */
  readonly podCIDR?: string | undefined;
  /** Port of the kubelet's API in the node's status; 10250. Nothing listens there. */
  readonly kubeletPort?: number | undefined;
  /** What `exec` runs in containers; the simulated programs when left out. */
  readonly exec?: ExecProgram | undefined;
}
