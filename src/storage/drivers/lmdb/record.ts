import type { LogHeader, LogRecord } from '../../revision-log.ts';

/**
 * A log record on disk: version (1 byte, now 1), kind (1 byte: 1 put, 0 delete), create revision and previous revision (8 bytes each,
 * unsigned, big endian), length of the key (2 bytes), key (UTF-8), value. The record's own revision is its key in the log.
 */
const VERSION = 1;
const HEAD = 20;

export function encodeRecord(record: LogRecord): Buffer {
  const { key, value } = record;
  const keyLength = Buffer.byteLength(key);
  const out = Buffer.allocUnsafeSlow(HEAD + keyLength + (value?.byteLength ?? 0));
  out[0] = VERSION;
  out[1] = value === undefined ? 0 : 1;
  out.writeBigUInt64BE(BigInt(record.createRevision), 2);
  out.writeBigUInt64BE(BigInt(record.previousRevision), 10);
  out.writeUInt16BE(keyLength, 18);
  out.write(key, HEAD);
  if (value) out.set(value, HEAD + keyLength);
  return out;
}

export function decodeHeader(revision: number, bytes: Buffer): LogHeader {
  if (bytes.length < HEAD || bytes[0] !== VERSION)
    throw new Error(`Cannot read the store: the record of revision ${revision} is damaged or of a newer version`);
  return {
    revision,
    key: bytes.toString('utf8', HEAD, HEAD + bytes.readUInt16BE(18)),
    createRevision: Number(bytes.readBigUInt64BE(2)),
    previousRevision: Number(bytes.readBigUInt64BE(10)),
  };
}

/** The value is a view of `bytes`. */
export function decodeRecord(revision: number, bytes: Buffer): LogRecord {
  const value = bytes[1] === 0 ? undefined : bytes.subarray(HEAD + bytes.readUInt16BE(18));
  return { ...decodeHeader(revision, bytes), value };
}
