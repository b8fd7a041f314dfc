/** Tells the cluster where its DNS servers are: EndpointSlices of the DNS Service with one endpoint for each node, preferred by that node's own pods. */
import type { Node } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import type { IpFamily } from '../../base/ip.ts';
import type { ComponentContext } from '../../client/component.ts';
import { endpointSlices, nodes } from '../../client/resources.ts';
import { internalIP } from '../cni/route-plan.ts';
import { startPeriodic } from '../periodic.ts';

export interface DnsEndpointsOptions {
  /** Port on which the servers of all nodes listen, on their InternalIPs. */
  readonly port: number;
  /** The DNS Service, without a selector; `kube-system` and `kube-dns` when left out. */
  readonly namespace?: string;
  readonly service?: string;
  /** Which nodes run a server; all when left out. */
  hasServer?(node: Node): boolean;
}

const MANAGED_BY = 'dns.wherry.dev';
/** As the endpoint slice controller does: small slices make small changes. */
const ENDPOINTS_PER_SLICE = 100;

/** Keeps the slices in step with Node objects: a node that is not Ready is not offered to the pods of others. Runs beside the controllers. */
export function startDnsEndpoints(ctx: ComponentContext, options: DnsEndpointsOptions): { stop(): Promise<void> } {
  const informer = ctx.informers.informer(nodes);
  const client = ctx.client.resource(endpointSlices);
  const namespace = options.namespace ?? 'kube-system';
  let written = '';
  const reconcile = async () => {
    const wanted = planDnsSlices(informer.lister.list(), options);
    const text = JSON.stringify(wanted);
    if (text === written) return;
    const { items } = await client.list({ namespace, labelSelector: `endpointslice.kubernetes.io/managed-by=${MANAGED_BY}` });
    for (const slice of wanted) {
      const present = items.find((item) => item.metadata.name === slice.metadata?.name);
      if (!present) await client.create(slice);
      else await client.update({ ...present, ports: slice.ports, endpoints: slice.endpoints } as EndpointSlice);
    }
    for (const { metadata } of items) {
      if (!wanted.some((slice) => slice.metadata?.name === metadata.name)) await client.delete(metadata.name ?? '', { namespace });
    }
    written = text;
  };
  const runner = startPeriodic({
    clock: ctx.clock,
    log: ctx.log,
    failure: 'Cannot publish the DNS servers of the nodes',
    minIntervalMs: 500,
    retryMs: 5_000,
    periodMs: 300_000,
    reconcile,
  });
  const changed = () => {
    if (informer.hasSynced) runner.request();
  };
  const remove = informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed });
  void informer.synced().then(changed);
  const stop = async () => {
    remove();
    await runner.stop();
  };
  ctx.signal.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

/** The slices that should be there. Pure. */
export function planDnsSlices(all: readonly Node[], options: DnsEndpointsOptions): Draft<EndpointSlice>[] {
  const service = options.service ?? 'kube-dns';
  const servers = all
    .filter((node) => options.hasServer?.(node) ?? true)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const slices: Draft<EndpointSlice>[] = [];
  for (const family of [4, 6] as const) {
    const endpoints = servers.flatMap((node) => endpointOf(node, family));
    for (let i = 0; i < endpoints.length; i += ENDPOINTS_PER_SLICE) {
      slices.push({
        metadata: {
          name: `${service}-ipv${family}-${i / ENDPOINTS_PER_SLICE}`,
          namespace: options.namespace ?? 'kube-system',
          labels: { 'kubernetes.io/service-name': service, 'endpointslice.kubernetes.io/managed-by': MANAGED_BY },
        },
        addressType: `IPv${family}`,
        ports: [
          { name: 'dns', port: options.port, protocol: 'UDP' },
          { name: 'dns-tcp', port: options.port, protocol: 'TCP' },
        ],
        endpoints: endpoints.slice(i, i + ENDPOINTS_PER_SLICE),
      });
    }
  }
  return slices;
}

function endpointOf(node: Node, family: IpFamily): NonNullable<Draft<EndpointSlice>['endpoints']> {
  const address = internalIP(node, family);
  const name = node.metadata.name ?? '';
  if (address === undefined) return [];
  const ready = (node.status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return [
    { addresses: [address], nodeName: name, conditions: { ready, serving: ready, terminating: false }, hints: { forNodes: [{ name }] } },
  ];
}
