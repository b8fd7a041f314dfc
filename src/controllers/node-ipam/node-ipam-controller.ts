/** Gives each node its range of pod addresses (pkg/controller/nodeipam, range allocator). */
import type { Node } from '../../api/core/v1.gen.ts';
import { cidrContains, parseCidr, type Cidr } from '../../base/ip.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes } from '../../client/resources.ts';
import { retryOn } from '../../client/retry.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { untilStopped } from '../shared/until-stopped.ts';
import { CidrSet } from './cidr-set.ts';

const NAME = 'node-ipam-controller';
const PATCH_TRIES = 3;

export const nodeIpamController: Controller = {
  name: NAME,
  start: (ctx) => ((ctx.options.clusterCIDR ?? []).length === 0 ? untilStopped(ctx.signal) : new RangeAllocator(ctx).run()),
};

function parse(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`Cannot allocate pod addresses: ${text} is no CIDR`);
  return cidr;
}

class RangeAllocator {
  readonly #ctx: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #sets: readonly CidrSet[];
  readonly #queue: WorkQueue;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#nodes = ctx.informers.informer(nodes);
    this.#queue = new WorkQueue(ctx.clock);
    const { clusterCIDR = [], serviceCIDR = [], nodeCIDRMaskSizeIPv4 = 24, nodeCIDRMaskSizeIPv6 = 64 } = ctx.options;
    this.#sets = clusterCIDR.map((text) => {
      const cidr = parse(text);
      const set = new CidrSet(cidr, cidr.family === 4 ? nodeCIDRMaskSizeIPv4 : nodeCIDRMaskSizeIPv6);
      for (const service of serviceCIDR) {
        const other = parse(service);
        if (cidrContains(cidr, other.network) || cidrContains(other, cidr.network)) set.occupy(service);
      }
      return set;
    });
  }

  async run(): Promise<void> {
    if (!(await syncedOrStopped(this.#ctx.signal, [this.#nodes]))) return;
    // All ranges in use are known before the first one is given out.
    for (const node of this.#nodes.lister.list()) this.#occupy(node);
    const enqueue = (node: Node) => this.#queue.add(node.metadata.name);
    this.#nodes.addHandler({ onAdd: enqueue, onUpdate: (_, node) => enqueue(node), onDelete: (node) => this.#release(node) });
    // One worker: an allocation is one step of memory and one write.
    await runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#nodes],
      workers: 1,
      reconcile: (name) => this.#sync(name),
    });
  }

  #occupy(node: Node): void {
    this.#forEachRange(node, (set, cidr) => set.occupy(cidr));
  }

  #release(node: Node): void {
    this.#forEachRange(node, (set, cidr) => set.release(cidr));
  }

  #forEachRange(node: Node, act: (set: CidrSet, cidr: string) => void): void {
    for (const [index, cidr] of (node.spec.podCIDRs ?? []).entries()) {
      const set = this.#sets[index];
      try {
        if (!set) throw new Error(`it has an allocated cidr: ${cidr} at index:${index} that does not exist in cluster cidrs configuration`);
        act(set, cidr);
      } catch (error) {
        this.#ctx.log.warn('a node has pod addresses of another configuration', { node: node.metadata.name, err: errorMessage(error) });
      }
    }
  }

  async #sync(name: string): Promise<void> {
    const node = this.#nodes.lister.get(name);
    if (!node || node.metadata.deletionTimestamp) return;
    if ((node.spec.podCIDRs ?? []).length > 0) return this.#occupy(node);
    const cidrs = this.#allocate(node);
    try {
      const { clock, signal } = this.#ctx;
      await retryOn(
        (e) => !isNotFound(e),
        { clock, signal, steps: PATCH_TRIES },
        () => this.#assign(node, cidrs),
      );
    } catch (error) {
      for (const [index, cidr] of cidrs.entries()) this.#sets[index]?.release(cidr);
      if (isNotFound(error)) return;
      this.#report(node, 'CIDRAssignmentFailed');
      throw error;
    }
  }

  #allocate(node: Node): string[] {
    const taken: string[] = [];
    try {
      for (const set of this.#sets) taken.push(set.allocate());
      return taken;
    } catch (error) {
      for (const [index, cidr] of taken.entries()) this.#sets[index]?.release(cidr);
      this.#report(node, 'CIDRNotAvailable');
      throw new Error(`failed to allocate cidr from cluster cidr at idx:${taken.length}: ${errorMessage(error)}`, { cause: error });
    }
  }

  async #assign(node: Node, podCIDRs: readonly string[]): Promise<void> {
    const client = this.#ctx.client.resource(nodes);
    const live = await client.get(node.metadata.name);
    if ((live.spec.podCIDRs ?? []).length > 0) {
      // Somebody else, or an earlier try whose answer was lost, was faster.
      for (const [index, cidr] of podCIDRs.entries()) if (live.spec.podCIDRs?.[index] !== cidr) this.#sets[index]?.release(cidr);
      return this.#occupy(live);
    }
    await client.patch(node.metadata.name, 'strategic', { spec: { podCIDR: podCIDRs[0], podCIDRs } });
  }

  #report(node: Node, status: string): void {
    this.#ctx.recorder.event(node, 'Normal', status, `Node ${node.metadata.name} status is now: ${status}`);
  }
}
