/** What to do with one query: answer it from the zone, or ask upstream. Pure and synchronous. */
import { CLASS_IN, RCODE, TYPE } from './message/constants.ts';
import type { DnsQuery } from './message/query.ts';
import { characterStrings, encodeRecords, type EncodedRecords, type OutgoingRecord } from './message/records.ts';
import type { Zone } from './zone.ts';

export interface LocalAnswer {
  readonly rcode: number;
  readonly records?: EncodedRecords;
  readonly authoritative: boolean;
}

export type Decision =
  | { readonly kind: 'answer'; readonly answer: LocalAnswer }
  /** Ask upstream for `name`; `chain` are CNAMEs that lead there from the question, to be put before the answer. */
  | { readonly kind: 'forward'; readonly name: string; readonly chain: readonly OutgoingRecord[] };

/** CNAMEs followed within the cluster. */
const MAX_CHAIN = 8;

const REFUSED: Decision = { kind: 'answer', answer: { rcode: RCODE.REFUSED, authoritative: false } };
const NXDOMAIN_ODD: Decision = { kind: 'answer', answer: { rcode: RCODE.NXDOMAIN, authoritative: false } };

/** `synced`: the zone knows the cluster. Until then names of the zone fail, because "no such name" would be a lie that clients remember. */
export function decide(query: DnsQuery, zone: Zone, options: { readonly ttl: number; readonly synced: boolean }): Decision {
  if (query.class !== CLASS_IN || isRefusedType(query.type)) return REFUSED;
  if (query.name === undefined) return NXDOMAIN_ODD;
  const chain: OutgoingRecord[] = [];
  let name = query.name;
  for (let i = 0; i <= MAX_CHAIN; i++) {
    if (!options.synced && zone.contains(name)) return failure();
    const resolution = zone.resolve(name, query.type === TYPE.ANY ? TYPE.A : query.type);
    if (resolution.kind === 'outside') return query.type === TYPE.ANY ? minimalAny(name, options.ttl) : { kind: 'forward', name, chain };
    if (resolution.kind === 'nxdomain' || (resolution.kind === 'nodata' && query.type !== TYPE.ANY)) {
      const rcode = resolution.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
      return answer(rcode, chain.length > 0 ? encodeRecords(query.name, chain, [zone.soa]) : negative(zone, name));
    }
    if (query.type === TYPE.ANY) return minimalAny(name, options.ttl);
    if (resolution.kind === 'records') {
      if (chain.length === 0) return answer(RCODE.NOERROR, resolution.records);
      const tail = resolution.answers.map((record) => ({ ...record, name: record.name ?? name }));
      return answer(RCODE.NOERROR, encodeRecords(query.name, [...chain, ...tail], [], resolution.additionals));
    }
    if (resolution.kind !== 'cname') return failure();
    chain.push({ name, type: TYPE.CNAME, ttl: options.ttl, data: { kind: 'name', target: resolution.target } });
    if (query.type === TYPE.CNAME) return answer(RCODE.NOERROR, encodeRecords(query.name, chain));
    name = resolution.target;
  }
  return failure();
}

/** Zone transfers have no business here; the other numbers are no types of records (RFC 6895). */
function isRefusedType(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= 128 && type <= 254);
}

function negative(zone: Zone, name: string): EncodedRecords | undefined {
  return zone.contains(name) ? zone.negativeRecords(name) : undefined;
}

/** RFC 8482: the shortest answer that is true. */
function minimalAny(name: string, ttl: number): Decision {
  const record: OutgoingRecord = { type: TYPE.HINFO, ttl, data: { kind: 'bytes', bytes: characterStrings('RFC8482', '') } };
  return answer(RCODE.NOERROR, encodeRecords(name, [record]));
}

function answer(rcode: number, records: EncodedRecords | undefined): Decision {
  return { kind: 'answer', answer: { rcode, authoritative: true, ...(records && { records }) } };
}

function failure(): Decision {
  return { kind: 'answer', answer: { rcode: RCODE.SERVFAIL, authoritative: false } };
}
