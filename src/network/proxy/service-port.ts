/** What the proxy needs to know of one port of a Service in one address family (pkg/proxy/serviceport.go, servicechangetracker.go). */
import type { Service } from '../../api/core/v1.gen.ts';
import { formatCidr, formatIp, parseCidr, parseIp, type Cidr, type IpFamily } from '../../base/ip.ts';

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';

export interface ServicePortInfo {
  readonly namespace: string;
  readonly service: string;
  /** Name of the port; empty for a Service with one unnamed port. */
  readonly name: string;
  readonly protocol: TransportProtocol;
  readonly clusterIP: string;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  /** Ingress addresses of the load balancer that are to be handled as virtual IPs (ipMode VIP or left out). */
  readonly loadBalancerVIPs: readonly string[];
  /** Empty: any source is allowed. */
  readonly loadBalancerSourceRanges: readonly string[];
  /** 0: none. */
  readonly healthCheckNodePort: number;
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  /** Seconds that a client stays with its endpoint; undefined without session affinity. */
  readonly affinitySeconds: number | undefined;
}

/** A Service that another proxy handles (KEP-2447). */
const SERVICE_PROXY_NAME_LABEL = 'service.kubernetes.io/service-proxy-name';
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** The ports of a Service to program; none for headless, ExternalName and foreign-proxy services and for those without an IP of the family. */
export function servicePorts(service: Service, family: IpFamily): ServicePortInfo[] {
  const { spec, metadata } = service;
  if (metadata.labels?.[SERVICE_PROXY_NAME_LABEL] !== undefined) return [];
  if (!spec.clusterIP || spec.clusterIP === 'None' || spec.type === 'ExternalName') return [];
  const clusterIP = clusterIPOf(service, family);
  if (clusterIP === undefined) return [];
  const shared = {
    namespace: metadata.namespace ?? '',
    service: metadata.name ?? '',
    clusterIP,
    externalIPs: addressesOf(spec.externalIPs ?? [], family),
    loadBalancerVIPs: loadBalancerVIPs(service, family),
    loadBalancerSourceRanges: sourceRanges(service, family),
    healthCheckNodePort: spec.type === 'LoadBalancer' && isExternalPolicyLocal(service) ? (spec.healthCheckNodePort ?? 0) : 0,
    externalPolicyLocal: isExternalPolicyLocal(service),
    internalPolicyLocal: spec.internalTrafficPolicy === 'Local',
    affinitySeconds: spec.sessionAffinity === 'ClientIP' ? affinitySeconds(service) : undefined,
  };
  return (spec.ports ?? []).flatMap((port) => {
    const protocol = transportProtocol(port.protocol);
    // The API server lets only such numbers through; the check keeps anything else out of the script for nft.
    if (!protocol || !isPort(port.port) || !(port.nodePort === undefined || port.nodePort === 0 || isPort(port.nodePort))) return [];
    return [{ ...shared, name: port.name ?? '', protocol, port: port.port, nodePort: port.nodePort ?? 0 }];
  });
}

/** TCP when left out; undefined for a protocol that no rule can be written for. */
export function transportProtocol(protocol: string | undefined): TransportProtocol | undefined {
  const lower = (protocol ?? 'TCP').toLowerCase();
  return lower === 'tcp' || lower === 'udp' || lower === 'sctp' ? lower : undefined;
}

/** Reachable by something other than the cluster IP. */
export function isExternallyAccessible(port: ServicePortInfo): boolean {
  return port.nodePort !== 0 || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;
}

/** Whether traffic is ever sent by Cluster policy. Externally reachable ports need it even under Local, for traffic from inside the cluster. */
export function usesClusterEndpoints(port: ServicePortInfo): boolean {
  return !port.internalPolicyLocal || isExternallyAccessible(port);
}

export function usesLocalEndpoints(port: ServicePortInfo): boolean {
  return port.internalPolicyLocal || (port.externalPolicyLocal && isExternallyAccessible(port));
}

/** `namespace/name:port`, as upstream prints a ServicePortName. */
export function servicePortName(port: { readonly namespace: string; readonly service: string; readonly name: string }): string {
  return `${port.namespace}/${port.service}${port.name === '' ? '' : `:${port.name}`}`;
}

/** Groups endpoints with their service port: a port name may be used once for each protocol. */
export function endpointsKey(portName: string, protocol: TransportProtocol): string {
  return `${portName}/${protocol}`;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}

function affinitySeconds({ spec }: Service): number {
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  return seconds !== undefined && Number.isInteger(seconds) && seconds > 0 ? seconds : DEFAULT_AFFINITY_SECONDS;
}

function isExternalPolicyLocal({ spec }: Service): boolean {
  const accessible = spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.externalIPs ?? []).length > 0;
  return accessible && spec.externalTrafficPolicy === 'Local';
}

function clusterIPOf({ spec }: Service, family: IpFamily): string | undefined {
  const families = spec.ipFamilies ?? [];
  const index = families.indexOf(family === 4 ? 'IPv4' : 'IPv6');
  const text =
    families.length === 0
      ? spec.clusterIP
      : index < 0
        ? undefined
        : (spec.clusterIPs?.[index] ?? (index === 0 ? spec.clusterIP : undefined));
  const ip = text === undefined ? undefined : parseIp(text);
  return ip?.family === family ? formatIp(ip) : undefined;
}

function addressesOf(texts: readonly string[], family: IpFamily): string[] {
  const out = new Set<string>();
  for (const text of texts) {
    const ip = parseIp(text.trim());
    if (ip?.family === family) out.add(formatIp(ip));
  }
  return [...out];
}

function loadBalancerVIPs(service: Service, family: IpFamily): string[] {
  // Upstream reads the status whatever the type: the API server clears it when the type changes.
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const virtual = ingress.filter((entry) => entry.ip && (entry.ipMode === undefined || entry.ipMode === 'VIP'));
  return addressesOf(
    virtual.map((entry) => entry.ip ?? ''),
    family,
  );
}

/** Validation lets white space around a range pass, so it is trimmed here. A range of length zero means that there is no restriction. */
function sourceRanges({ spec }: Service, family: IpFamily): string[] {
  const cidrs = (spec.loadBalancerSourceRanges ?? [])
    .map((text) => parseCidr(text.trim()))
    .filter((cidr): cidr is Cidr => cidr?.family === family);
  return cidrs.some((cidr) => cidr.prefixLength === 0) ? [] : cidrs.map(formatCidr);
}
