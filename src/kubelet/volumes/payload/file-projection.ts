/** A file that a volume shows. */
export interface FileProjection {
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Owner; undefined leaves root. */
  readonly fsUser?: number | undefined;
}

/** Files by their path below the volume. */
export type Payload = Map<string, FileProjection>;
