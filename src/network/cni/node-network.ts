/** Everything a node needs before pods can have a network: kernel parameters, CNI configuration, masquerade, and a way to service addresses. */
import type { Node } from '../../api/core/v1.gen.ts';
import type { ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { formatCidr, parseCidr, type IpFamily } from '../../base/ip.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes, serviceCIDRs } from '../../client/resources.ts';
import { systemIp, type Ip } from '../../host/ip.ts';
import { NftError, systemNft, type Nft } from '../../host/nft.ts';
import { systemSysctl, type Sysctl } from '../../host/sysctl.ts';
import { startPeriodic } from '../periodic.ts';
import { writeCniConfig } from './cni-config.ts';
import { MASQUERADE_CHAIN, MASQUERADE_TABLE, masqueradeScript } from './masquerade.ts';
import { applyNodeSysctls } from './node-sysctls.ts';
import { internalIP, podCIDRsOf } from './route-plan.ts';
import { ensureServiceRoutes } from './service-route.ts';

export interface NodeNetworkOptions {
  readonly nodeName: string;
  /** Pod ranges of the whole cluster: traffic of pods to these keeps its source. */
  readonly clusterCIDRs: readonly string[];
  /** Directory that the container runtime reads its CNI configuration from. */
  readonly cniConfDir: string;
  /** Where host-local remembers addresses; one directory for each node of a machine. */
  readonly ipamDir: string;
  /** `cni0` when left out. */
  readonly bridgeName?: string;
  readonly mtu?: number;
  readonly host?: { readonly nft?: Nft; readonly ip?: Ip; readonly sysctl?: Sysctl };
}

export interface NodeNetworkHandle {
  /** Resolves when the node has its pod range and the CNI configuration is in place. Never rejects; a node without a pod range waits. */
  readonly ready: Promise<void>;
  /** Ends following. What was set up stays, for the containers that run. */
  stop(): Promise<void>;
}

/** Sets the node up as soon as its Node object has a pod range, and again when that changes or somebody takes the rules away. */
export function startNodeNetwork(ctx: ComponentContext, options: NodeNetworkOptions): NodeNetworkHandle {
  const network = new NodeNetwork(ctx, options);
  network.start();
  return network;
}

class NodeNetwork implements NodeNetworkHandle {
  readonly #ctx: ComponentContext;
  readonly #options: NodeNetworkOptions;
  readonly #nodes: Informer<Node>;
  readonly #serviceCIDRs: Informer<ServiceCIDR>;
  readonly #nft: Nft;
  readonly #runner;
  readonly #removers: (() => void)[] = [];
  readonly ready: Promise<void>;
  #waiting = false;
  #markReady: () => void = () => undefined;
  /** Masquerade scripts as last applied, by family. */
  readonly #applied = new Map<IpFamily, string>();

  constructor(ctx: ComponentContext, options: NodeNetworkOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#nodes = ctx.informers.informer(nodes);
    this.#serviceCIDRs = ctx.informers.informer(serviceCIDRs);
    this.#nft = options.host?.nft ?? systemNft();
    this.ready = new Promise((resolve) => (this.#markReady = resolve));
    this.#runner = startPeriodic({
      clock: ctx.clock,
      log: ctx.log,
      failure: 'Cannot set up the network of the node',
      minIntervalMs: 200,
      retryMs: 5_000,
      periodMs: 30_000,
      reconcile: () => this.#reconcile(),
    });
  }

  start(): void {
    const changed = () => {
      if (this.#nodes.hasSynced && this.#serviceCIDRs.hasSynced) this.#runner.request();
    };
    const ownChanged = (node: Node) => {
      if (node.metadata.name === this.#options.nodeName) changed();
    };
    this.#removers.push(
      this.#nodes.addHandler({ onAdd: ownChanged, onUpdate: (_, node) => ownChanged(node) }),
      this.#serviceCIDRs.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed }),
    );
    void Promise.all([this.#nodes.synced(), this.#serviceCIDRs.synced()]).then(changed);
    this.#ctx.signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  async stop(): Promise<void> {
    for (const remove of this.#removers.splice(0)) remove();
    await this.#runner.stop();
  }

  async #reconcile(): Promise<void> {
    const node = this.#nodes.lister.get(this.#options.nodeName);
    const podCIDRs = { 4: podCIDRsOf(node, 4).map(formatCidr), 6: podCIDRsOf(node, 6).map(formatCidr) };
    const all = [...podCIDRs[4], ...podCIDRs[6]];
    if (all.length === 0) {
      if (!this.#waiting) this.#ctx.log.info('Waiting for the pod range of the node', { node: this.#options.nodeName });
      this.#waiting = true;
      return;
    }
    const { host, cniConfDir, ipamDir, bridgeName, mtu, nodeName } = this.#options;
    applyNodeSysctls(host?.sysctl ?? systemSysctl, { ipv4: podCIDRs[4].length > 0, ipv6: podCIDRs[6].length > 0 });
    for (const family of [4, 6] as const) {
      if (podCIDRs[family].length === 0) continue;
      await this.#masquerade(family, podCIDRs[family]);
      const ranges = this.#serviceCIDRs.lister.list().flatMap((object) => object.spec.cidrs ?? []);
      await ensureServiceRoutes(host?.ip ?? systemIp(), family, cidrsOf(ranges, family), internalIP(node, family));
    }
    // Last: its presence tells the runtime, and so the scheduler, that pods may come.
    writeCniConfig({ dir: cniConfDir, podCIDRs: all, bridgeName: bridgeName ?? 'cni0', ipamDir, ...(mtu !== undefined && { mtu }) });
    this.#ctx.log.debug('Network of the node is set up', { node: nodeName, podCIDRs: all });
    this.#markReady();
  }

  async #masquerade(family: IpFamily, podCIDRs: readonly string[]): Promise<void> {
    const script = masqueradeScript({ family, podCIDRs, nonMasqueradeCIDRs: cidrsOf(this.#options.clusterCIDRs, family) });
    const text = script.join('\n');
    if (this.#applied.get(family) === text && (await this.#isThere(family))) return;
    await this.#nft.apply(script.map((line) => `${line}\n`));
    this.#applied.set(family, text);
  }

  async #isThere(family: IpFamily): Promise<boolean> {
    try {
      return ((await this.#nft.countRules(family === 4 ? 'ip' : 'ip6', MASQUERADE_TABLE, MASQUERADE_CHAIN)) ?? 0) > 0;
    } catch (error) {
      if (error instanceof NftError) return false;
      throw error;
    }
  }
}

function cidrsOf(texts: readonly string[], family: IpFamily): string[] {
  return texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr?.family === family ? [formatCidr(cidr)] : [];
  });
}
