/** What a simulated container wrote. Bounded: the oldest lines go first. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  /** With its line feed, when it had one. */
  readonly text: string;
}

const MAX_LINES = 10_000;

export class ContainerLog {
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine | undefined) => void>();
  #ended = false;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(at: number, stream: LogLine['stream'], text: string): void {
    for (const part of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
      const line = { at, stream, text: part };
      this.#lines.push(line);
      if (this.#lines.length > MAX_LINES) this.#lines.shift();
      for (const follower of this.#followers) follower(line);
    }
  }

  /** Nothing more will be written. */
  end(): void {
    this.#ended = true;
    for (const follower of this.#followers) follower(undefined);
    this.#followers.clear();
  }

  /** Calls with each line written from now on, and with undefined at the end. Returns how to stop. */
  follow(follower: (line: LogLine | undefined) => void): () => void {
    if (this.#ended) follower(undefined);
    else this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}
