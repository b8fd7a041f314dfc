/** Answers of upstream resolvers, for as long as they allow and within bounds. Pure: time comes in. */
import type { UpstreamAnswer } from './message/upstream-message.ts';
import type { EncodedRecords } from './message/records.ts';

export interface AnswerCacheOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Longest time an answer is kept, seconds. */
  readonly maxTtl: number;
}

interface Entry {
  readonly answer: UpstreamAnswer;
  readonly storedMs: number;
  readonly expiresMs: number;
}

/** What an entry costs besides its records. */
const ENTRY_BYTES = 400;

/** Least recently used goes first. */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The answer with the TTLs that are left; undefined when there is none or it is too old. */
  get(key: string, nowMs: number): { readonly rcode: number; readonly records: EncodedRecords } | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (nowMs >= entry.expiresMs) {
      this.#bytes -= cost(key, entry.answer);
      return undefined;
    }
    this.#entries.set(key, entry);
    return { rcode: entry.answer.rcode, records: aged(entry.answer, Math.floor((nowMs - entry.storedMs) / 1000)) };
  }

  put(key: string, answer: UpstreamAnswer, nowMs: number): void {
    const seconds = Math.min(answer.minTtl, this.#options.maxTtl);
    const size = cost(key, answer);
    if (seconds <= 0 || answer.truncated || size > this.#options.maxBytes / 4) return;
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    this.#entries.set(key, { answer, storedMs: nowMs, expiresMs: nowMs + seconds * 1000 });
    this.#bytes += size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#options.maxEntries && this.#bytes <= this.#options.maxBytes) break;
      this.#remove(oldest, entry);
    }
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= cost(key, entry.answer);
  }
}

/** A copy whose TTLs are lower by `seconds`, at least 0. */
function aged(answer: UpstreamAnswer, seconds: number): EncodedRecords {
  if (seconds === 0) return answer.records;
  const bytes = Buffer.from(answer.records.bytes);
  for (const offset of answer.ttls) bytes.writeUInt32BE(Math.max(0, bytes.readUInt32BE(offset) - seconds), offset);
  return { ...answer.records, bytes };
}

function cost(key: string, answer: UpstreamAnswer): number {
  return ENTRY_BYTES + key.length + answer.records.bytes.length + answer.records.ends.length * 16;
}
