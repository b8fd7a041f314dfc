/** Reading what clients send. Nothing here throws, whatever the bytes. */
import { HEADER_BYTES, MAX_UDP_BYTES, PLAIN_UDP_BYTES, RCODE, TYPE } from './constants.ts';
import { readQuestionName, skipName } from './name.ts';

export interface DnsQuery {
  readonly message: Uint8Array;
  readonly id: number;
  /** Second header word as it came. */
  readonly flags: number;
  /** Lower case without the closing dot; undefined for a name that cannot be one of ours. */
  readonly name: string | undefined;
  readonly type: number;
  readonly class: number;
  /** Offset behind the question. */
  readonly questionEnd: number;
  readonly edns: boolean;
  readonly dnssecOk: boolean;
  /** Largest answer over UDP. */
  readonly maxUdpBytes: number;
}

/** A query, the response code that refuses it, or 'drop' for what must not be answered (too short for an identity, or an answer itself). */
export type ParsedQuery = DnsQuery | { readonly rcode: number; readonly edns: boolean } | 'drop';

const OPCODE_MASK = 0x7800;

export function parseQuery(message: Uint8Array): ParsedQuery {
  if (message.length < HEADER_BYTES) return 'drop';
  const flags = u16(message, 2);
  if ((flags & 0x8000) !== 0) return 'drop';
  if ((flags & OPCODE_MASK) !== 0) return { rcode: RCODE.NOTIMP, edns: false };
  const additional = u16(message, 10);
  // Sections that a query has no use for may hold one record, as other servers allow (IXFR carries one).
  if (u16(message, 4) !== 1 || u16(message, 6) > 1 || u16(message, 8) > 1 || additional > 2) return { rcode: RCODE.FORMERR, edns: false };
  const name = readQuestionName(message, HEADER_BYTES);
  if (!name || name.end + 4 > message.length) return { rcode: RCODE.FORMERR, edns: false };
  const edns = readEdns(message, name.end + 4, u16(message, 6) + u16(message, 8), additional);
  if (edns === undefined) return { rcode: RCODE.FORMERR, edns: false };
  if (edns.version > 0) return { rcode: RCODE.BADVERS, edns: true };
  return {
    message,
    id: u16(message, 0),
    flags,
    name: name.text,
    type: u16(message, name.end),
    class: u16(message, name.end + 2),
    questionEnd: name.end + 4,
    edns: edns.present,
    dnssecOk: edns.dnssecOk,
    maxUdpBytes: edns.present ? Math.min(MAX_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, edns.size)) : PLAIN_UDP_BYTES,
  };
}

interface Edns {
  readonly present: boolean;
  readonly version: number;
  readonly size: number;
  readonly dnssecOk: boolean;
}

const NO_EDNS: Edns = { present: false, version: 0, size: PLAIN_UDP_BYTES, dnssecOk: false };

/** Finds the OPT record; undefined when a record is malformed or there are two of it. */
function readEdns(message: Uint8Array, start: number, before: number, additional: number): Edns | undefined {
  let found = NO_EDNS;
  let offset = start;
  for (let i = 0; i < before + additional; i++) {
    const nameEnd = skipName(message, offset);
    if (nameEnd === undefined || nameEnd + 10 > message.length) return undefined;
    const end = nameEnd + 10 + u16(message, nameEnd + 8);
    if (end > message.length) return undefined;
    if (i >= before && u16(message, nameEnd) === TYPE.OPT) {
      // Its name is the root, and there is one.
      if (found.present || nameEnd !== offset + 1) return undefined;
      found = {
        present: true,
        size: u16(message, nameEnd + 2),
        version: message[nameEnd + 5] ?? 0,
        dnssecOk: ((message[nameEnd + 6] ?? 0) & 0x80) !== 0,
      };
    }
    offset = end;
  }
  return found;
}

export function u16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
