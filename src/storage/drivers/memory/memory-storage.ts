import { LogStorage } from '../../log-storage.ts';
import type { LogRecord, RevisionLog } from '../../revision-log.ts';
import type { Storage } from '../../storage.ts';

/** A store that lives and dies with the process. Writes take effect before the call returns; history is kept until it is compacted. */
export function memoryStorage(): Storage {
  return new LogStorage(new MemoryLog(), { deferBatch: false });
}

class MemoryLog implements RevisionLog {
  /** In order of revision, because records are only ever added at the end. */
  readonly #records = new Map<number, LogRecord>();
  #last = 0;

  load(): number {
    return 0;
  }

  read(revision: number): LogRecord | undefined {
    return this.#records.get(revision);
  }

  range(afterRevision: number, limit: number): LogRecord[] {
    const out: LogRecord[] = [];
    for (let revision = afterRevision + 1; revision <= this.#last && out.length < limit; revision++) {
      const record = this.#records.get(revision);
      if (record) out.push(record);
    }
    return out;
  }

  append(records: readonly LogRecord[]): void {
    for (const record of records) {
      this.#records.set(record.revision, record);
      this.#last = record.revision;
    }
  }

  compact(_revision: number, drop: readonly number[]): void {
    for (const revision of drop) this.#records.delete(revision);
  }

  close(): void {
    this.#records.clear();
  }
}
