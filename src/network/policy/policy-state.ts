/** What network policy is decided from: pods, namespaces and policies, in the form the plan needs. */
import type { Namespace, Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { NetworkPolicy } from '../../api/networking/v1.gen.ts';
import { formatIp, parseIp, type IpFamily } from '../../base/ip.ts';
import { transportProtocol, type TransportProtocol } from '../proxy/service-port.ts';

export interface PortName {
  readonly name: string;
  readonly protocol: TransportProtocol;
  /** As policies see it. */
  readonly port: number;
  /** On the wire, where that differs: a server that stands in for a pod. */
  readonly wirePort?: number;
}

/** Something with labels and addresses that policies can name. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of one family. */
  readonly ips: readonly string[];
  readonly ports: readonly PortName[];
  /** On this node, so that its policies are enforced here. */
  readonly isLocal: boolean;
  /** All its ports are translated: only these are its own (a DNS server on the node's address). */
  readonly onlyPorts: boolean;
}

export interface PolicyState {
  readonly family: IpFamily;
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly PolicyPod[];
  /** Labels by name. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Undefined for pods without an address of their own: host network, not started, ended. */
export function policyPod(pod: Pod, family: IpFamily, nodeName: string): PolicyPod | undefined {
  const { phase } = pod.status ?? {};
  if (pod.spec.hostNetwork || phase === 'Succeeded' || phase === 'Failed') return undefined;
  const texts = (pod.status?.podIPs ?? []).map((entry) => entry.ip);
  if (texts.length === 0 && pod.status?.podIP) texts.push(pod.status.podIP);
  const ips = texts.flatMap((text) => addressOf(text, family));
  if (ips.length === 0) return undefined;
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')];
  const ports = containers.flatMap((container) =>
    (container.ports ?? []).flatMap((port) => {
      const protocol = transportProtocol(port.protocol);
      return port.name && protocol ? [{ name: port.name, protocol, port: port.containerPort }] : [];
    }),
  );
  return {
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    ips,
    ports,
    isLocal: pod.spec.nodeName === nodeName,
    onlyPorts: false,
  };
}

/**
 * The cluster's DNS servers when they are no pods: endpoints of the DNS Service without a pod behind them. To policies they are pods with the label that
 * every guide tells to allow (`k8s-app: kube-dns` in `kube-system`), on the ports of the Service.
 */
export function dnsPods(service: Service | undefined, slices: readonly EndpointSlice[], family: IpFamily): PolicyPod[] {
  if (!service) return [];
  const pods: PolicyPod[] = [];
  for (const slice of slices) {
    if (slice.addressType !== (family === 4 ? 'IPv4' : 'IPv6')) continue;
    const ports = (slice.ports ?? []).flatMap((port): PortName[] => {
      const protocol = transportProtocol(port.protocol);
      const front = service.spec.ports?.find((p) => (p.name ?? '') === (port.name ?? ''));
      return protocol && port.port && front ? [{ name: port.name ?? '', protocol, port: front.port, wirePort: port.port }] : [];
    });
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.targetRef) continue;
      const ips = (endpoint.addresses ?? []).flatMap((text) => addressOf(text, family));
      pods.push({
        namespace: service.metadata.namespace ?? '',
        labels: { 'k8s-app': 'kube-dns', ...service.metadata.labels },
        ips,
        ports,
        isLocal: false,
        onlyPorts: true,
      });
    }
  }
  return pods;
}

export function namespaceLabels(namespaces: readonly Namespace[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(namespaces.map((namespace) => [namespace.metadata.name ?? '', namespace.metadata.labels ?? {}]));
}

function addressOf(text: string, family: IpFamily): string[] {
  const ip = parseIp(text);
  return ip?.family === family ? [formatIp(ip)] : [];
}
