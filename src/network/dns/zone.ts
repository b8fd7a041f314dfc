/** The cluster's zone: which records a name has. Looks objects up when asked and remembers what it encoded until a service changes. */
import type { Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { canonicalIp, parseIp } from '../../base/ip.ts';
import { TYPE } from './message/constants.ts';
import { encodeName } from './message/name.ts';
import { characterStrings, encodeRecords, type EncodedRecords, type OutgoingRecord } from './message/records.ts';
import { addressOfReverseName, isReverseName } from './reverse-name.ts';
import { endpointLabel, serviceRecords, type NameRecords, type ServiceRecords } from './zone-records.ts';

/** Where the zone finds objects. Keys are `namespace/name`; addresses are canonical texts. */
export interface ZoneSource {
  service(key: string): Service | undefined;
  slices(serviceKey: string): readonly EndpointSlice[];
  namespaceExists(name: string): boolean;
  servicesByClusterIP(ip: string): readonly Service[];
  slicesByAddress(ip: string): readonly EndpointSlice[];
}

export interface ZoneOptions {
  /** Lower case, without the closing dot: `cluster.local`. */
  readonly zone: string;
  /** Seconds that clients may keep answers. */
  readonly ttl: number;
  /** Addresses of the DNS service itself, for the zone's NS record. */
  readonly serverIPs: readonly string[];
  readonly source: ZoneSource;
}

export type Resolution =
  | {
      readonly kind: 'records';
      readonly records: EncodedRecords;
      /** The same, for an answer to another question (through a CNAME). */
      readonly answers: readonly OutgoingRecord[];
      readonly additionals: readonly OutgoingRecord[];
    }
  /** The name exists, but has nothing of the type. */
  | { readonly kind: 'nodata' }
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'cname'; readonly target: string }
  /** Not for this zone to answer. */
  | { readonly kind: 'outside' };

const NODATA: Resolution = { kind: 'nodata' };
const NXDOMAIN: Resolution = { kind: 'nxdomain' };
const OUTSIDE: Resolution = { kind: 'outside' };

const SCHEMA_VERSION = '1.1.0';
const SCHEMA_VERSION_TTL = 28_800;
/** Services whose answers are kept encoded. */
const MAX_REMEMBERED = 20_000;

interface Remembered {
  readonly records: ServiceRecords;
  /** By label (empty: the service itself) and type. */
  readonly answers: Map<string, Resolution>;
}

export class Zone {
  readonly #options: ZoneOptions;
  readonly #suffix: string;
  readonly #remembered = new Map<string, Remembered>();
  readonly #negative = new Map<number, EncodedRecords>();
  #serial = 1;

  constructor(options: ZoneOptions) {
    this.#options = options;
    this.#suffix = `.${options.zone}`;
  }

  /** A service or its endpoints changed. `now`: milliseconds since the epoch. */
  invalidate(serviceKey: string, now: number): void {
    this.#remembered.delete(serviceKey);
    this.touch(now);
  }

  /** Anything changed: the SOA's serial follows. */
  touch(now: number): void {
    const serial = Math.floor(now / 1000) >>> 0;
    if (serial === this.#serial) return;
    this.#serial = serial;
    this.#negative.clear();
  }

  contains(name: string): boolean {
    return name === this.#options.zone || name.endsWith(this.#suffix);
  }

  /** `name`: lower case text. */
  resolve(name: string, type: number): Resolution {
    if (name.endsWith(this.#suffix)) return this.#resolveBelow(name, name.slice(0, -this.#suffix.length).split('.'), type);
    if (name === this.#options.zone) return this.#resolveApex(type);
    return isReverseName(name) ? this.#resolveReverse(name, type) : OUTSIDE;
  }

  /** The zone's SOA, for the authority section of an answer that ends in nothing. */
  get soa(): OutgoingRecord {
    return this.#soa();
  }

  /** Authority section of a negative answer about a name in the zone. */
  negativeRecords(name: string): EncodedRecords {
    const known = this.#negative.get(name.length);
    if (known) return known;
    // The zone's name is a pointer into the question, so that only the length of the question matters.
    const made = encodeRecords(name, [], [this.#soa()]);
    this.#negative.set(name.length, made);
    return made;
  }

  #resolveBelow(name: string, labels: readonly string[], type: number): Resolution {
    const kind = labels.at(-1);
    if (kind === 'svc') return this.#resolveService(name, labels, type);
    if (kind === 'pod') return this.#resolvePod(name, labels, type);
    if (labels.length === 1 && kind === 'dns-version') return this.#dnsVersion(name, type);
    if (labels.length === 2 && kind === 'dns' && labels[0] === 'ns') return this.#addresses(name, this.#options.serverIPs, type);
    return labels.length === 1 && kind === 'dns' ? NODATA : NXDOMAIN;
  }

  /** [[_port.]_protocol. | endpoint.] service.namespace.svc */
  #resolveService(name: string, labels: readonly string[], type: number): Resolution {
    const count = labels.length;
    const namespace = labels[count - 2];
    const service = labels[count - 3];
    if (namespace === undefined) return NODATA;
    if (service === undefined) return this.#options.source.namespaceExists(namespace) ? NODATA : NXDOMAIN;
    if (count > 5) return NXDOMAIN;
    const remembered = this.#lookUp(`${namespace}/${service}`);
    if (!remembered) return NXDOMAIN;
    const label = count === 3 ? '' : count === 4 ? (labels[0] ?? '') : `${labels[0]}.${labels[1]}`;
    const key = `${label} ${type}`;
    const known = remembered.answers.get(key);
    if (known) return known;
    const records = nameRecords(remembered.records, label, count);
    if (records === undefined) return NXDOMAIN;
    const answer = records === 'empty' ? NODATA : this.#answer(name, records, type);
    remembered.answers.set(key, answer);
    return answer;
  }

  #lookUp(key: string): Remembered | undefined {
    const known = this.#remembered.get(key);
    if (known) return known;
    const service = this.#options.source.service(key);
    if (!service) return undefined;
    const fullName = `${service.metadata.name}.${service.metadata.namespace}.svc${this.#suffix}`;
    const made = { records: serviceRecords(service, this.#options.source.slices(key), fullName), answers: new Map<string, Resolution>() };
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, made);
    return made;
  }

  /** a-b-c-d.namespace.pod: any address, as `pods insecure` of CoreDNS; the name says nothing that the client did not know. */
  #resolvePod(name: string, labels: readonly string[], type: number): Resolution {
    const [pod, namespace] = labels.length === 3 ? labels : [undefined, labels.length === 2 ? labels[0] : undefined];
    if (labels.length === 1) return NODATA;
    if (labels.length > 3 || namespace === undefined || !this.#options.source.namespaceExists(namespace)) return NXDOMAIN;
    if (pod === undefined) return NODATA;
    const isV4 = pod.split('-').length === 4 && !pod.includes('--');
    const ip = parseIp(pod.replaceAll('-', isV4 ? '.' : ':'));
    return ip ? this.#addresses(name, [pod.replaceAll('-', isV4 ? '.' : ':')], type) : NXDOMAIN;
  }

  #resolveApex(type: number): Resolution {
    const { zone } = this.#options;
    if (type === TYPE.SOA) return found(zone, [this.#soa()]);
    if (type !== TYPE.NS) return NODATA;
    const server = `ns.dns.${zone}`;
    const addresses = this.#options.serverIPs.flatMap((ip) => this.#address(ip)).map((record) => ({ ...record, name: server }));
    const ns: OutgoingRecord = { type: TYPE.NS, ttl: this.#options.ttl, data: { kind: 'name', target: server } };
    return found(zone, [ns], addresses);
  }

  /** Addresses of services and of endpoints have names; others are left to the upstream resolvers. */
  #resolveReverse(name: string, type: number): Resolution {
    const ip = addressOfReverseName(name);
    if (ip === undefined) return OUTSIDE;
    const targets = this.#namesOf(ip);
    if (targets.length === 0) return OUTSIDE;
    if (type !== TYPE.PTR) return NODATA;
    const records = targets.map((target): OutgoingRecord => ({ type: TYPE.PTR, ttl: this.#options.ttl, data: { kind: 'name', target } }));
    return found(name, records);
  }

  #namesOf(ip: string): string[] {
    const { source } = this.#options;
    for (const { metadata } of source.servicesByClusterIP(ip)) return [`${metadata.name}.${metadata.namespace}.svc${this.#suffix}`];
    const names = new Set<string>();
    for (const slice of source.slicesByAddress(ip)) {
      const service = slice.metadata.labels?.['kubernetes.io/service-name'];
      for (const endpoint of slice.endpoints ?? []) {
        const matches = endpoint.addresses?.some((address) => address === ip || canonicalIp(address) === ip);
        if (!service || endpoint.conditions?.ready === false || !matches) continue;
        names.add(`${endpointLabel(endpoint.hostname, ip)}.${service}.${slice.metadata.namespace}.svc${this.#suffix}`);
      }
    }
    return [...names];
  }

  #answer(name: string, records: NameRecords, type: number): Resolution {
    if (records.cname !== undefined) return { kind: 'cname', target: records.cname };
    if (type === TYPE.SRV) return this.#srv(name, records);
    return this.#addresses(name, records.addresses, type);
  }

  #addresses(name: string, ips: readonly string[], type: number): Resolution {
    const records = ips.flatMap((ip) => this.#address(ip)).filter((record) => record.type === type);
    return records.length === 0 ? NODATA : found(name, records);
  }

  #srv(name: string, records: NameRecords): Resolution {
    if (records.srv.length === 0) return NODATA;
    const weight = Math.max(1, Math.floor(100 / records.srv.reduce((sum, srv) => sum + srv.addresses.length, 0)));
    const answers = new Map<string, OutgoingRecord>();
    const additionals = new Map<string, OutgoingRecord>();
    for (const { port, target, addresses } of records.srv) {
      answers.set(`${port} ${target}`, {
        type: TYPE.SRV,
        ttl: this.#options.ttl,
        data: { kind: 'srv', priority: 0, weight, port, target },
      });
      for (const ip of addresses) for (const record of this.#address(ip)) additionals.set(`${ip} ${target}`, { ...record, name: target });
    }
    return found(name, [...answers.values()], [...additionals.values()]);
  }

  #address(text: string): OutgoingRecord[] {
    const ip = parseIp(text);
    if (!ip) return [];
    return [{ type: ip.family === 4 ? TYPE.A : TYPE.AAAA, ttl: this.#options.ttl, data: { kind: 'bytes', bytes: ip.bytes } }];
  }

  #dnsVersion(name: string, type: number): Resolution {
    if (type !== TYPE.TXT) return NODATA;
    const record: OutgoingRecord = { type, ttl: SCHEMA_VERSION_TTL, data: { kind: 'bytes', bytes: characterStrings(SCHEMA_VERSION) } };
    return found(name, [record]);
  }

  #soa(): OutgoingRecord {
    const { zone, ttl } = this.#options;
    const numbers = Buffer.alloc(20);
    for (const [i, value] of [this.#serial, 7200, 1800, 86_400, ttl].entries()) numbers.writeUInt32BE(value, i * 4);
    const bytes = Buffer.concat([encodeName(`ns.dns.${zone}`), encodeName(`hostmaster.${zone}`), numbers]);
    return { name: zone, type: TYPE.SOA, ttl: Math.min(300, ttl), data: { kind: 'bytes', bytes } };
  }
}

function found(question: string, answers: readonly OutgoingRecord[], additionals: readonly OutgoingRecord[] = []): Resolution {
  return { kind: 'records', records: encodeRecords(question, answers, [], additionals), answers, additionals };
}

/** Undefined: no such name. 'empty': it exists only because there are names below it. */
function nameRecords(records: ServiceRecords, label: string, labelCount: number): NameRecords | 'empty' | undefined {
  if (labelCount === 3) return records.own ?? undefined;
  if (labelCount === 5) return records.ports.get(label);
  const endpoint = records.endpoints.get(label);
  if (endpoint) return endpoint;
  for (const port of records.ports.keys()) if (port.endsWith(`.${label}`)) return 'empty';
  return undefined;
}
