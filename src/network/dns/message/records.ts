/** Resource records on their way out. The answer to one question is encoded once; only header, question and EDNS differ from query to query. */
import { CLASS_IN, HEADER_BYTES, TYPE } from './constants.ts';
import { encodeName } from './name.ts';

export interface OutgoingRecord {
  /** Owner name; undefined for the name that was asked for. */
  readonly name?: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: RecordData;
}

export type RecordData =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly target: string }
  | { readonly kind: 'srv'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string };

/** What follows the question in an answer, ready to be sent. */
export interface EncodedRecords {
  readonly bytes: Buffer;
  /** Offset in `bytes` behind each record, in order of answer, authority, additional. */
  readonly ends: readonly number[];
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
  /** All answers have this size: they may be sent in any rotation. 0 when not. */
  readonly rotationBytes: number;
}

export const NO_RECORDS: EncodedRecords = {
  bytes: Buffer.alloc(0),
  ends: [],
  answers: 0,
  authorities: 0,
  additionals: 0,
  rotationBytes: 0,
};

/**
 * Encodes the records of an answer to a question about `questionName`. Names are compressed against the question and against targets earlier in the
 * message; targets of SRV themselves are written in full (RFC 2782).
 */
export function encodeRecords(
  questionName: string,
  answers: readonly OutgoingRecord[],
  authorities: readonly OutgoingRecord[] = [],
  additionals: readonly OutgoingRecord[] = [],
): EncodedRecords {
  const encoder = new Encoder(questionName);
  const ends: number[] = [];
  for (const record of [...answers, ...authorities, ...additionals]) {
    encoder.add(record);
    ends.push(encoder.length);
  }
  const size = ends[0] ?? 0;
  // Only addresses are worth it; a chain of CNAMEs must keep its order.
  const rotatable =
    answers.length > 1 && answers.every((r, i) => (r.type === TYPE.A || r.type === TYPE.AAAA) && ends[i] === size * (i + 1));
  return {
    bytes: encoder.finish(),
    ends,
    answers: answers.length,
    authorities: authorities.length,
    additionals: additionals.length,
    rotationBytes: rotatable ? size : 0,
  };
}

class Encoder {
  readonly #parts: Buffer[] = [];
  /** Where in the whole message a name begins that was written before. */
  readonly #known = new Map<string, number>();
  readonly #base: number;
  length = 0;

  constructor(questionName: string) {
    this.#base = HEADER_BYTES + encodeName(questionName).length + 4;
    this.#remember(questionName, HEADER_BYTES);
    this.#question = questionName;
  }

  readonly #question: string;

  add(record: OutgoingRecord): void {
    this.#push(this.#compressed(record.name ?? this.#question));
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(record.type, 0);
    fixed.writeUInt16BE(CLASS_IN, 2);
    fixed.writeUInt32BE(record.ttl, 4);
    this.#push(fixed);
    const start = this.length;
    this.#data(record.data);
    fixed.writeUInt16BE(this.length - start, 8);
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #data(data: RecordData): void {
    if (data.kind === 'bytes') return this.#push(Buffer.from(data.bytes));
    if (data.kind === 'name') return this.#writeName(data.target, this.#compressed(data.target));
    const fixed = Buffer.alloc(6);
    fixed.writeUInt16BE(data.priority, 0);
    fixed.writeUInt16BE(data.weight, 2);
    fixed.writeUInt16BE(data.port, 4);
    this.#push(fixed);
    this.#writeName(data.target, encodeName(data.target));
  }

  #writeName(name: string, wire: Buffer): void {
    // A pointer alone is nothing to point at.
    if (wire.length > 2) this.#remember(name, this.#base + this.length);
    this.#push(wire);
  }

  /** Shortest form: labels until a suffix that was written before, then a pointer. */
  #compressed(name: string): Buffer {
    const labels = name === '' ? [] : name.split('.');
    for (let i = 0; i < labels.length; i++) {
      const offset = this.#known.get(labels.slice(i).join('.'));
      if (offset === undefined) continue;
      const pointer = Buffer.from([0xc0 | (offset >> 8), offset & 0xff]);
      return i === 0 ? pointer : Buffer.concat([encodeName(labels.slice(0, i).join('.')).subarray(0, -1), pointer]);
    }
    return encodeName(name);
  }

  #remember(name: string, offset: number): void {
    const labels = name === '' ? [] : name.split('.');
    let at = offset;
    for (let i = 0; i < labels.length; i++) {
      const suffix = labels.slice(i).join('.');
      // Pointers have 14 bits. What was remembered before may have been cut short by a pointer of its own, but stays valid.
      if (at < 0x4000 && !this.#known.has(suffix)) this.#known.set(suffix, at);
      at += (labels[i]?.length ?? 0) + 1;
    }
  }

  #push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.length += bytes.length;
  }
}

/** Data of a TXT or HINFO record: character strings of at most 255 bytes each. */
export function characterStrings(...texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([Math.min(255, text.length)]), Buffer.from(text.slice(0, 255), 'latin1')])),
  );
}
