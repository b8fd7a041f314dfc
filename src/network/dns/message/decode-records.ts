import { HEADER_BYTES, TYPE } from './constants.ts';
import { encodeName, readName, skipName } from './name.ts';
import { u16 } from './query.ts';
import type { EncodedRecords, OutgoingRecord, RecordData } from './records.ts';

/**
 * The answer section of records that were encoded for a question about `questionName`, as records that can go into another message. Undefined when a
 * name in them is malformed. Types whose data holds names that are not listed here come out as bytes, which is right only without compression (RFC 3597).
 */
export function decodeAnswers(questionName: string, records: EncodedRecords): OutgoingRecord[] | undefined {
  const message = Buffer.concat([Buffer.alloc(HEADER_BYTES), encodeName(questionName), Buffer.alloc(4), records.bytes]);
  let offset = message.length - records.bytes.length;
  const out: OutgoingRecord[] = [];
  for (let i = 0; i < records.answers; i++) {
    const name = readName(message, offset);
    const nameEnd = skipName(message, offset);
    if (name === undefined || nameEnd === undefined) return undefined;
    const type = u16(message, nameEnd);
    const start = nameEnd + 10;
    const end = start + u16(message, nameEnd + 8);
    const data = decodeData(message, type, start, end);
    if (!data) return undefined;
    out.push({ name, type, ttl: message.readUInt32BE(nameEnd + 4), data });
    offset = end;
  }
  return out;
}

function decodeData(message: Buffer, type: number, start: number, end: number): RecordData | undefined {
  if (type === TYPE.CNAME || type === TYPE.PTR || type === TYPE.NS) {
    const target = readName(message, start);
    return target === undefined ? undefined : { kind: 'name', target };
  }
  if (type === TYPE.SRV && end - start > 6) {
    const target = readName(message, start + 6);
    const [priority, weight, port] = [u16(message, start), u16(message, start + 2), u16(message, start + 4)];
    return target === undefined ? undefined : { kind: 'srv', priority, weight, port, target };
  }
  return { kind: 'bytes', bytes: message.subarray(start, end) };
}
