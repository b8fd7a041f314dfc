/** Messages from upstream resolvers: checked, measured and cut to size, but never taken apart into data for other names. */
import { FLAG, HEADER_BYTES, RCODE, TYPE } from './constants.ts';
import { skipName } from './name.ts';
import { u16 } from './query.ts';
import type { EncodedRecords } from './records.ts';

export interface UpstreamAnswer {
  readonly rcode: number;
  readonly truncated: boolean;
  /** The records without OPT. Their offsets hold for any message with the same question. */
  readonly records: EncodedRecords;
  /** Offsets in `records.bytes` of the TTL of each record. */
  readonly ttls: readonly number[];
  /** Seconds that the answer may be kept: least TTL of the answer, or what the SOA of a negative answer says; 0: not at all. */
  readonly minTtl: number;
}

/** More is no answer to a question of ours. */
const MAX_RECORDS = 1000;

/**
 * Reads an answer to `question` (wire form: name, type, class). Undefined when it is malformed or an answer to something else. The name's case need
 * not be ours: some resolvers lower it.
 */
export function readUpstreamAnswer(message: Uint8Array, id: number, question: Uint8Array): UpstreamAnswer | undefined {
  if (message.length < HEADER_BYTES || u16(message, 0) !== id) return undefined;
  const flags = u16(message, 2);
  if ((flags & FLAG.QR) === 0 || u16(message, 4) !== 1 || !sameQuestion(message, question)) return undefined;
  const counts = [u16(message, 6), u16(message, 8), u16(message, 10)] as const;
  if (counts[0] + counts[1] + counts[2] > MAX_RECORDS) return undefined;
  const start = HEADER_BYTES + question.length;
  const walk = walkRecords(message, start, counts);
  if (!walk) return undefined;
  const rcode = (flags & 0xf) | (walk.extendedRcode << 4);
  return {
    rcode,
    truncated: (flags & FLAG.TC) !== 0,
    records: {
      bytes: Buffer.from(message.subarray(start, start + (walk.ends.at(-1) ?? 0))),
      ends: walk.ends,
      answers: walk.kept[0],
      authorities: walk.kept[1],
      additionals: walk.kept[2],
      rotationBytes: 0,
    },
    ttls: walk.ttls,
    minTtl:
      rcode === RCODE.NOERROR && walk.kept[0] > 0
        ? walk.answerTtl
        : rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN
          ? walk.negativeTtl
          : 0,
  };
}

interface Walk {
  readonly ends: number[];
  readonly ttls: number[];
  readonly kept: [number, number, number];
  extendedRcode: number;
  answerTtl: number;
  negativeTtl: number;
}

/** Goes over all records once. OPT comes last in practice; records behind it would have to move and are left out. */
function walkRecords(message: Uint8Array, start: number, counts: readonly [number, number, number]): Walk | undefined {
  const walk: Walk = { ends: [], ttls: [], kept: [0, 0, 0], extendedRcode: 0, answerTtl: Infinity, negativeTtl: 0 };
  let offset = start;
  let keeping = true;
  for (const section of [0, 1, 2] as const) {
    for (let i = 0; i < counts[section]; i++) {
      const nameEnd = skipName(message, offset);
      if (nameEnd === undefined || nameEnd + 10 > message.length) return undefined;
      const type = u16(message, nameEnd);
      const ttl = u32(message, nameEnd + 4);
      const end = nameEnd + 10 + u16(message, nameEnd + 8);
      if (end > message.length) return undefined;
      if (type === TYPE.OPT) {
        walk.extendedRcode = message[nameEnd + 4] ?? 0;
        keeping = false;
      } else if (keeping) {
        walk.ends.push(end - start);
        walk.ttls.push(nameEnd + 4 - start);
        walk.kept[section]++;
        if (section === 0) walk.answerTtl = Math.min(walk.answerTtl, ttl);
        // RFC 2308: the lesser of the SOA's own TTL and its last field.
        if (section === 1 && type === TYPE.SOA && end - nameEnd >= 30) walk.negativeTtl = Math.min(ttl, u32(message, end - 4));
      }
      offset = end;
    }
  }
  return walk;
}

function sameQuestion(message: Uint8Array, question: Uint8Array): boolean {
  if (message.length < HEADER_BYTES + question.length) return false;
  for (let i = 0; i < question.length; i++) {
    if (lower(message[HEADER_BYTES + i] ?? 0) !== lower(question[i] ?? 0)) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function u32(bytes: Uint8Array, offset: number): number {
  return u16(bytes, offset) * 65_536 + u16(bytes, offset + 2);
}
