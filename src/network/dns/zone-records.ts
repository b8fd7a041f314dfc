/** Names and records of one Service (Kubernetes DNS specification 1.1.0; CoreDNS' kubernetes plugin where that is silent). Pure. */
import type { Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { formatIp, parseIp } from '../../base/ip.ts';
import { isEncodableName } from './message/name.ts';

export interface SrvRecord {
  readonly port: number;
  /** Full name, without the closing dot. */
  readonly target: string;
  readonly addresses: readonly string[];
}

/** What one name has. */
export interface NameRecords {
  /** Canonical texts, both families. */
  readonly addresses: readonly string[];
  readonly srv: readonly SrvRecord[];
  /** Target of an ExternalName service, lower case, without the closing dot. */
  readonly cname?: string;
}

export interface ServiceRecords {
  /** `service.namespace.svc.<zone>`; null for a headless service without endpoints, whose name does not exist (as in CoreDNS). */
  readonly own: NameRecords | null;
  /** By `_port._protocol`. */
  readonly ports: ReadonlyMap<string, NameRecords>;
  /** By the label of an endpoint below the service. */
  readonly endpoints: ReadonlyMap<string, NameRecords>;
}

/** `fullName`: that of the service, `service.namespace.svc.<zone>`. `slices`: its EndpointSlices; only ready endpoints have names. */
export function serviceRecords(service: Service, slices: readonly EndpointSlice[], fullName: string): ServiceRecords {
  const { spec } = service;
  if (spec.type === 'ExternalName') return externalRecords(spec.externalName ?? '');
  const endpoints = endpointRecords(slices, fullName);
  if (spec.clusterIP === 'None') return headlessRecords(endpoints);
  const addresses = (spec.clusterIPs ?? [spec.clusterIP ?? '']).flatMap(canonical);
  const srv = (ports: typeof spec.ports) => (ports ?? []).map((port) => ({ port: port.port, target: fullName, addresses }));
  const ports = new Map<string, NameRecords>();
  for (const port of spec.ports ?? []) if (port.name) ports.set(portLabel(port.name, port.protocol), { addresses, srv: srv([port]) });
  return { own: { addresses, srv: srv(spec.ports) }, ports, endpoints: mapValues(endpoints, (e) => e.records) };
}

/** Label of an endpoint: its hostname, else its address with dashes. */
export function endpointLabel(hostname: string | undefined, ip: string): string {
  if (hostname) return hostname.toLowerCase();
  if (ip.includes('.')) return ip.replaceAll('.', '-');
  const label = ip.replaceAll(':', '-');
  // A label may not end in a dash; `::` at the end means zeros.
  return label.endsWith('-') ? `${label}0` : label;
}

export function portLabel(name: string, protocol: string | undefined): string {
  return `_${name}._${(protocol ?? 'TCP').toLowerCase()}`;
}

function externalRecords(externalName: string): ServiceRecords {
  const target = externalName.replace(/\.$/, '').toLowerCase();
  const none: NameRecords = { addresses: [], srv: [] };
  const ip = parseIp(target);
  // An address is no name to point to: such a service has no records, though it exists.
  if (ip || target === '' || !isEncodableName(target)) return { own: none, ports: new Map(), endpoints: new Map() };
  return { own: { ...none, cname: target }, ports: new Map(), endpoints: new Map() };
}

interface Endpoint {
  records: { addresses: string[]; srv: SrvRecord[] };
  /** `_port._protocol` of each SRV record. */
  readonly labels: string[];
}

function endpointRecords(slices: readonly EndpointSlice[], fullName: string): Map<string, Endpoint> {
  const out = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue;
      for (const ip of (endpoint.addresses ?? []).flatMap(canonical)) {
        const label = endpointLabel(endpoint.hostname, ip);
        if (!isEncodableName(`${label}.${fullName}`)) continue;
        const entry = out.get(label) ?? { records: { addresses: [], srv: [] }, labels: [] };
        out.set(label, entry);
        if (!entry.records.addresses.includes(ip)) entry.records.addresses.push(ip);
        for (const port of slice.ports ?? []) {
          if (!port.port) continue;
          entry.records.srv.push({ port: port.port, target: `${label}.${fullName}`, addresses: [ip] });
          entry.labels.push(port.name ? portLabel(port.name, port.protocol) : '');
        }
      }
    }
  }
  return out;
}

function headlessRecords(endpoints: ReadonlyMap<string, Endpoint>): ServiceRecords {
  const own = { addresses: new Set<string>(), srv: [] as SrvRecord[] };
  const ports = new Map<string, { addresses: Set<string>; srv: SrvRecord[] }>();
  for (const { records, labels } of endpoints.values()) {
    for (const ip of records.addresses) own.addresses.add(ip);
    for (const [i, srv] of records.srv.entries()) {
      own.srv.push(srv);
      const label = labels[i];
      if (!label) continue;
      const port = ports.get(label) ?? { addresses: new Set<string>(), srv: [] };
      ports.set(label, port);
      for (const ip of srv.addresses) port.addresses.add(ip);
      port.srv.push(srv);
    }
  }
  return {
    own: endpoints.size === 0 ? null : { addresses: [...own.addresses], srv: own.srv },
    ports: mapValues(ports, (port) => ({ addresses: [...port.addresses], srv: port.srv })),
    endpoints: mapValues(endpoints, (e) => e.records),
  };
}

function canonical(text: string): string[] {
  const ip = parseIp(text);
  return ip ? [formatIp(ip)] : [];
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
