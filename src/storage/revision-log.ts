/** What a log-structured driver must bring: an ordered, atomic, durable log of changes. log-storage.ts makes a Storage of it. */
export interface LogHeader {
  readonly revision: number;
  readonly key: string;
  /** Revision at which the key was created; 0 in the record of a deletion. */
  readonly createRevision: number;
  /** Revision of the state that this change replaced; 0 when there was none. */
  readonly previousRevision: number;
}

export interface LogRecord extends LogHeader {
  /** Undefined: the key was deleted. */
  readonly value: Uint8Array | undefined;
}

export interface RevisionLog {
  /** Reads the headers of all records in order of revision. Called once, first. Returns up to where history was forgotten (0: never). */
  load(visit: (header: LogHeader) => void): number;
  read(revision: number): LogRecord | undefined;
  /** At most `limit` records after a revision, in order. */
  range(afterRevision: number, limit: number): LogRecord[];
  /** All or nothing; durable when it returns or resolves. Throws StorageFullError when there is no room. */
  append(records: readonly LogRecord[]): Promise<void> | void;
  /** Durably notes the compaction, and deletes records. */
  compact(revision: number, drop: readonly number[]): Promise<void> | void;
  close(): Promise<void> | void;
}
