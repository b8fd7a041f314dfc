/** Short ways to write API objects in tests of networking. */
import type { Namespace, Node, Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { Draft } from '../../api/object.ts';

const META = { uid: 'uid', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

/** `name` is `namespace/name`. */
export function service(
  name: string,
  spec: Draft<Service['spec']>,
  extra: { labels?: Record<string, string>; ingress?: object[] } = {},
): Service {
  const [namespace, short] = name.split('/');
  const full = { type: 'ClusterIP', clusterIPs: spec.clusterIP ? [spec.clusterIP] : [], ...spec };
  const status = { loadBalancer: extra.ingress ? { ingress: extra.ingress } : {} };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...META, namespace, name: short, labels: extra.labels },
    spec: full,
    status,
  } as Service;
}

export interface EndpointDraft {
  readonly ip: string;
  readonly node?: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
  readonly zones?: readonly string[];
  readonly nodes?: readonly string[];
  readonly hostname?: string;
  readonly pod?: string;
}

export interface SlicePortDraft {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

/** A slice of the service `namespace/name`. */
export function slice(
  serviceName: string,
  ports: readonly SlicePortDraft[],
  endpoints: readonly EndpointDraft[],
  options: { readonly name?: string; readonly addressType?: string; readonly annotations?: Record<string, string> } = {},
): EndpointSlice {
  const [namespace, short] = serviceName.split('/');
  const metadata = {
    ...META,
    namespace,
    name: options.name ?? `${short}-abcde`,
    labels: { 'kubernetes.io/service-name': short },
    annotations: options.annotations,
  };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: options.addressType ?? (endpoints[0]?.ip.includes(':') ? 'IPv6' : 'IPv4'),
    ports: ports.map((p) => ({ name: p.name ?? '', protocol: p.protocol ?? 'TCP', port: p.port })),
    endpoints: endpoints.map((e) => ({
      addresses: [e.ip],
      conditions: { ready: e.ready ?? true, serving: e.serving ?? e.ready ?? true, terminating: e.terminating ?? false },
      nodeName: e.node,
      hostname: e.hostname,
      targetRef: e.pod ? { kind: 'Pod', namespace, name: e.pod } : undefined,
      hints:
        e.zones || e.nodes ? { forZones: e.zones?.map((name) => ({ name })), forNodes: e.nodes?.map((name) => ({ name })) } : undefined,
    })),
  } as unknown as EndpointSlice;
}

export function node(
  name: string,
  options: { ip?: string; labels?: Record<string, string>; podCIDRs?: string[]; taints?: object[] } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...META, name, labels: options.labels },
    spec: { podCIDR: options.podCIDRs?.[0], podCIDRs: options.podCIDRs, taints: options.taints },
    status: { addresses: options.ip ? [{ type: 'InternalIP', address: options.ip }] : [] },
  } as unknown as Node;
}

export function namespace(name: string, labels: Record<string, string> = {}): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { ...META, name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  } as unknown as Namespace;
}

/** `name` is `namespace/name`. */
export function pod(
  name: string,
  ip: string,
  options: { labels?: Record<string, string>; node?: string; ports?: object[]; phase?: string } = {},
): Pod {
  const [ns, short] = name.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...META, namespace: ns, name: short, labels: options.labels },
    spec: { nodeName: options.node, containers: [{ name: 'c', ports: options.ports ?? [] }] },
    status: { phase: options.phase ?? 'Running', podIP: ip, podIPs: [{ ip }] },
  } as unknown as Pod;
}
