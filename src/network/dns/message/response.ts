/** Putting answers together: header, the question as the client wrote it (0x20 case), records, EDNS. */
import { FLAG, HEADER_BYTES, MAX_UDP_BYTES, TYPE } from './constants.ts';
import type { DnsQuery } from './query.ts';
import { NO_RECORDS, type EncodedRecords } from './records.ts';

export interface ResponseParts {
  readonly rcode: number;
  readonly records?: EncodedRecords;
  /** Set for names of the cluster. */
  readonly authoritative: boolean;
  /** Which answer comes first, for records that may be rotated. Any number. */
  readonly rotation?: number;
}

const OPT_BYTES = 11;
const MAX_TCP_BYTES = 65_535;

/** `overTcp`: the only limit is that of the protocol. Over UDP what does not fit is left out: additional records silently, answers with TC set. */
export function encodeResponse(query: DnsQuery, parts: ResponseParts, overTcp: boolean): Buffer {
  const records = parts.records ?? NO_RECORDS;
  const limit = (overTcp ? MAX_TCP_BYTES : query.maxUdpBytes) - query.questionEnd - (query.edns ? OPT_BYTES : 0);
  const fit = fitRecords(records, limit);
  const out = Buffer.allocUnsafe(query.questionEnd + fit.bytes + (query.edns ? OPT_BYTES : 0));
  out.set(query.message.subarray(0, query.questionEnd));
  const keptFlags = query.flags & (FLAG.RD | FLAG.CD);
  const flags = FLAG.QR | keptFlags | FLAG.RA | (parts.authoritative ? FLAG.AA : 0) | (fit.truncated ? FLAG.TC : 0) | (parts.rcode & 0xf);
  out.writeUInt16BE(flags, 2);
  out.writeUInt16BE(1, 4);
  out.writeUInt16BE(fit.answers, 6);
  out.writeUInt16BE(fit.authorities, 8);
  out.writeUInt16BE(fit.additionals + (query.edns ? 1 : 0), 10);
  copyRecords(out, query.questionEnd, records, fit, parts.rotation ?? 0);
  if (query.edns) writeOpt(out, query.questionEnd + fit.bytes, parts.rcode, query.dnssecOk);
  return out;
}

/** Refuses a message whose question could not be read: the header alone, with the client's identity. */
export function encodeRefusal(message: Uint8Array, rcode: number, edns: boolean): Buffer {
  const out = Buffer.alloc(HEADER_BYTES + (edns ? OPT_BYTES : 0));
  out.set(message.subarray(0, 4));
  // Opcode and RD are the client's.
  out[2] = 0x80 | ((message[2] ?? 0) & 0x79);
  out[3] = rcode & 0xf;
  if (edns) {
    out.writeUInt16BE(1, 10);
    writeOpt(out, HEADER_BYTES, rcode, false);
  }
  return out;
}

interface Fit {
  readonly bytes: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
  readonly truncated: boolean;
}

function fitRecords(records: EncodedRecords, limit: number): Fit {
  const { answers, authorities, additionals, ends } = records;
  if (records.bytes.length <= limit) return { bytes: records.bytes.length, answers, authorities, additionals, truncated: false };
  const needed = answers + authorities;
  const neededBytes = ends[needed - 1] ?? 0;
  if (neededBytes <= limit) return { bytes: neededBytes, answers, authorities, additionals: 0, truncated: false };
  let kept = answers;
  while (kept > 0 && (ends[kept - 1] ?? 0) > limit) kept--;
  return { bytes: ends[kept - 1] ?? 0, answers: kept, authorities: 0, additionals: 0, truncated: true };
}

function copyRecords(out: Buffer, at: number, records: EncodedRecords, fit: Fit, rotation: number): void {
  const size = records.rotationBytes;
  if (size === 0) {
    records.bytes.copy(out, at, 0, fit.bytes);
    return;
  }
  // Starting at another record spreads clients that take the first; when not all fit, all get their turn.
  const first = (rotation % records.answers) * size;
  const answerBytes = records.answers * size;
  const kept = fit.answers * size;
  const head = Math.min(kept, answerBytes - first);
  records.bytes.copy(out, at, first, first + head);
  records.bytes.copy(out, at + head, 0, kept - head);
  records.bytes.copy(out, at + kept, answerBytes, answerBytes + fit.bytes - kept);
}

function writeOpt(out: Buffer, at: number, rcode: number, dnssecOk: boolean): void {
  out[at] = 0;
  out.writeUInt16BE(TYPE.OPT, at + 1);
  out.writeUInt16BE(MAX_UDP_BYTES, at + 3);
  out[at + 5] = rcode >> 4;
  out[at + 6] = 0;
  out.writeUInt16BE(dnssecOk ? 0x8000 : 0, at + 7);
  out.writeUInt16BE(0, at + 9);
}
