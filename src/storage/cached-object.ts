import type { AnyObject } from '../api/object.ts';
import { parseJson } from '../wire/json/parse.ts';

const MARKER = Buffer.from('"metadata":{');
const CLOSING_BRACE = 0x7d;
/** A JSON number of so many digits may not fit a JavaScript number. */
const LONG_NUMBER = /\d{16}/;

/**
 * One version of an object, shared by everybody who reads it: never change what it gives out. Stored values carry no resourceVersion (it is
 * known only after the write), so it is put in here: `"resourceVersion":"N",` right after the first `"metadata":{`. Bytes and decoded
 * object are each made on first use, and once.
 */
export class CachedObject {
  readonly key: string;
  /** modRevision: metadata.resourceVersion as a number. */
  readonly revision: number;
  /** The value as stored; dropped when #bytes is there, from which it can be had again. */
  #stored: Uint8Array | undefined;
  #bytes: Buffer | undefined;
  /** What the writer encoded (without resourceVersion). */
  #written: AnyObject | undefined;
  #object: AnyObject | undefined;

  constructor(key: string, revision: number, stored: Uint8Array, written?: AnyObject) {
    this.key = key;
    this.revision = revision;
    this.#stored = stored;
    this.#written = written;
  }

  /** The whole JSON text. Throws when the stored value has no metadata. */
  get bytes(): Buffer {
    if (this.#bytes) return this.#bytes;
    this.#bytes = withRevision(this.key, this.#stored as Uint8Array, this.revision);
    this.#stored = undefined;
    return this.#bytes;
  }

  /** The decoded object, with metadata.resourceVersion. Throws SyntaxError when the stored value is not JSON. */
  get object(): AnyObject {
    if (this.#object) return this.#object;
    const written = this.#written;
    if (written) {
      const resourceVersion = String(this.revision);
      this.#object = { ...written, metadata: Object.assign({ resourceVersion }, written.metadata, { resourceVersion }) };
      this.#written = undefined;
    } else {
      const text = this.bytes.toString();
      this.#object = (LONG_NUMBER.test(text) ? parseJson(text).value : JSON.parse(text)) as AnyObject;
    }
    return this.#object;
  }

  get labels(): Readonly<Record<string, string>> | undefined {
    return this.object.metadata.labels;
  }

  /** Length of the stored value: what the object costs on the wire, within a few bytes, without making the bytes. */
  get size(): number {
    return (this.#bytes ?? this.#stored)?.byteLength ?? 0;
  }

  /** The same state under another revision: how a deletion shows the last state. */
  at(revision: number): CachedObject {
    return new CachedObject(this.key, revision, this.#stored ?? withoutRevision(this.bytes, this.revision), this.#written ?? this.#object);
  }
}

function withRevision(key: string, stored: Uint8Array, revision: number): Buffer {
  const value = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const found = value.indexOf(MARKER);
  if (found < 0) throw new Error(`Cannot read ${key}: the stored value has no metadata`);
  const at = found + MARKER.length;
  const text = fieldText(revision, value[at] === CLOSING_BRACE);
  // Not from Buffer's shared pool: an object that lives for long would keep a whole slab alive.
  const out = Buffer.allocUnsafeSlow(value.length + text.length);
  value.copy(out, 0, 0, at);
  out.write(text, at, 'latin1');
  value.copy(out, at + text.length, at);
  return out;
}

function withoutRevision(bytes: Buffer, revision: number): Buffer {
  const at = bytes.indexOf(MARKER) + MARKER.length;
  const full = fieldText(revision, false);
  const text = bytes.toString('latin1', at, at + full.length) === full ? full : fieldText(revision, true);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + text.length)]);
}

function fieldText(revision: number, alone: boolean): string {
  return `"resourceVersion":"${revision}"${alone ? '' : ','}`;
}
