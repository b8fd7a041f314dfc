/** Enforces NetworkPolicy for the pods of one node (networking.k8s.io/v1), with nftables. */
import type { Namespace, Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { NetworkPolicy } from '../../api/networking/v1.gen.ts';
import type { IpFamily } from '../../base/ip.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { endpointSlices, namespaces, networkPolicies, pods, services } from '../../client/resources.ts';
import { NftError, systemNft, type Nft } from '../../host/nft.ts';
import { startPeriodic } from '../periodic.ts';
import { serviceSlicesIndex, SLICES_BY_SERVICE } from '../slices-by-service.ts';
import { planPolicies, type PolicyPlan } from './policy-plan.ts';
import { deleteChainsScript, policyDeltaScript, policyLivenessScript, policyTableScript } from './policy-script.ts';
import { dnsPods, namespaceLabels, policyPod } from './policy-state.ts';

export interface NetworkPolicyOptions {
  readonly nodeName: string;
  /** IPv4 when left out. */
  readonly families?: readonly IpFamily[];
  /** Key of the DNS Service; `kube-system/kube-dns` when left out. */
  readonly dnsService?: string;
  readonly host?: { readonly nft?: Nft };
}

export interface NetworkPolicyHandle {
  /** Ends following. The rules stay: pods remain as isolated as they are. */
  stop(): Promise<void>;
}

const DEFAULT_DNS_SERVICE = 'kube-system/kube-dns';

/** Starts enforcement. Pods are only watched once there is a policy: a cluster without any pays nothing. */
export function startNetworkPolicy(ctx: ComponentContext, options: NetworkPolicyOptions): NetworkPolicyHandle {
  const controller = new NetworkPolicyController(ctx, options);
  controller.start();
  return controller;
}

class NetworkPolicyController implements NetworkPolicyHandle {
  readonly #ctx: ComponentContext;
  readonly #options: NetworkPolicyOptions;
  readonly #policies: Informer<NetworkPolicy>;
  readonly #tables: PolicyTable[];
  readonly #runner;
  readonly #removers: (() => void)[] = [];
  #pods: Informer<Pod> | undefined;
  #namespaces: Informer<Namespace> | undefined;
  #services: Informer<Service> | undefined;
  #slices: Informer<EndpointSlice> | undefined;

  constructor(ctx: ComponentContext, options: NetworkPolicyOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#policies = ctx.informers.informer(networkPolicies);
    const nft = options.host?.nft ?? systemNft();
    this.#tables = (options.families ?? [4]).map((family) => new PolicyTable(nft, family));
    this.#runner = startPeriodic({
      clock: ctx.clock,
      log: ctx.log,
      failure: 'Cannot bring network policies up to date',
      minIntervalMs: 50,
      retryMs: 2_000,
      periodMs: 30_000,
      reconcile: () => this.#reconcile(),
    });
  }

  start(): void {
    const changed = () => this.#changed();
    this.#removers.push(this.#policies.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed }));
    void this.#policies.synced().then(changed);
    this.#ctx.signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  async stop(): Promise<void> {
    for (const remove of this.#removers.splice(0)) remove();
    await this.#runner.stop();
  }

  #changed(): void {
    if (!this.#policies.hasSynced) return;
    if (!this.#pods && this.#policies.lister.list().length > 0) this.#watchPeers();
    this.#runner.request();
  }

  #watchPeers(): void {
    const { informers } = this.#ctx;
    const changed = () => this.#runner.request();
    const all = { onAdd: changed, onUpdate: changed, onDelete: changed };
    const dns = this.#options.dnsService ?? DEFAULT_DNS_SERVICE;
    const dnsSliceChanged = (slice: EndpointSlice) => {
      if (serviceSlicesIndex(slice).includes(dns)) changed();
    };
    this.#pods = informers.informer(pods);
    this.#namespaces = informers.informer(namespaces);
    this.#services = informers.informer(services);
    this.#slices = informers.informer(endpointSlices);
    this.#slices.addIndex(SLICES_BY_SERVICE, serviceSlicesIndex);
    this.#removers.push(
      this.#pods.addHandler({ ...all, onUpdate: (old, now) => podMatters(old, now) && changed() }),
      this.#namespaces.addHandler({ ...all, onUpdate: (old, now) => labelsDiffer(old, now) && changed() }),
      this.#slices.addHandler({ onAdd: dnsSliceChanged, onUpdate: (_, slice) => dnsSliceChanged(slice), onDelete: dnsSliceChanged }),
    );
    for (const informer of [this.#pods, this.#namespaces, this.#services, this.#slices]) void informer.synced().then(changed);
  }

  async #reconcile(): Promise<void> {
    const policies = this.#policies.lister.list();
    const synced = this.#pods?.hasSynced && this.#namespaces?.hasSynced && this.#services?.hasSynced && this.#slices?.hasSynced;
    if (!this.#pods) {
      // Nothing here isolates anybody; what an earlier run left behind must not either.
      for (const table of this.#tables) await table.apply(undefined);
      return;
    }
    if (!synced) return;
    for (const table of this.#tables) await table.apply(this.#plan(policies, table.family));
  }

  #plan(policies: readonly NetworkPolicy[], family: IpFamily): PolicyPlan {
    const dns = this.#options.dnsService ?? DEFAULT_DNS_SERVICE;
    const own = (this.#pods?.lister.list() ?? []).flatMap((pod) => policyPod(pod, family, this.#options.nodeName) ?? []);
    const servers = dnsPods(this.#services?.lister.get(dns), this.#slices?.lister.byIndex(SLICES_BY_SERVICE, dns) ?? [], family);
    return planPolicies({
      family,
      policies,
      pods: [...own, ...servers],
      namespaces: namespaceLabels(this.#namespaces?.lister.list() ?? []),
    });
  }
}

/** One family's table in the kernel. */
class PolicyTable {
  readonly family: IpFamily;
  readonly #nft: Nft;
  #applied: PolicyPlan | undefined;
  #cleared = false;
  readonly #stale = new Set<string>();
  #deletable: string[] = [];

  constructor(nft: Nft, family: IpFamily) {
    this.#nft = nft;
    this.family = family;
  }

  /** Undefined: there shall be no table. */
  async apply(plan: PolicyPlan | undefined): Promise<void> {
    if (!plan) return this.#clear();
    this.#cleared = false;
    if (!this.#applied) return this.#replace(plan);
    try {
      // Chains emptied by the last difference: before Linux 6.2 they could not be deleted together with what led to them.
      const deletable = this.#deletable.filter((name) => !plan.chains.has(name));
      const delta = policyDeltaScript(this.family, this.#applied, plan, this.#stale);
      await this.#run(delta.length > 0 ? delta : policyLivenessScript(this.family));
      this.#applied = plan;
      this.#deletable = [...this.#stale].filter((name) => !deletable.includes(name));
      await this.#run(deleteChainsScript(this.family, deletable));
      for (const name of deletable) this.#stale.delete(name);
    } catch (error) {
      if (!(error instanceof NftError)) throw error;
      // Somebody else changed or flushed the table.
      await this.#replace(plan);
    }
  }

  async #replace(plan: PolicyPlan): Promise<void> {
    this.#applied = undefined;
    await this.#run(policyTableScript(this.family, plan));
    this.#applied = plan;
    this.#stale.clear();
    this.#deletable = [];
  }

  async #clear(): Promise<void> {
    if (this.#cleared) return;
    const [add, remove] = policyTableScript(this.family, { sets: new Map(), chains: new Map(), ingress: new Map(), egress: new Map() });
    await this.#run([add ?? '', remove ?? '']);
    this.#cleared = true;
    this.#applied = undefined;
  }

  async #run(script: readonly string[]): Promise<void> {
    if (script.length > 0) await this.#nft.apply(script.map((line) => `${line}\n`));
  }
}

function podMatters(old: Pod, now: Pod): boolean {
  return (
    labelsDiffer(old, now) ||
    old.status?.phase !== now.status?.phase ||
    old.spec.nodeName !== now.spec.nodeName ||
    JSON.stringify(old.status?.podIPs) !== JSON.stringify(now.status?.podIPs)
  );
}

function labelsDiffer(old: Pod | Namespace, now: Pod | Namespace): boolean {
  return JSON.stringify(old.metadata.labels) !== JSON.stringify(now.metadata.labels);
}
