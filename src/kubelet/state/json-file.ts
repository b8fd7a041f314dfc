import { dirname } from 'node:path';
import type { Logger } from '../../base/log.ts';
import { readTextIfExists } from '../../host/files.ts';
import { mkdir, open, rename } from '../../host/fs.ts';

/** A small value kept in a file, whole or not at all. A file that cannot be read as JSON throws: nothing is guessed. */
export class JsonFile<T> {
  readonly #path: string;
  readonly #empty: T;
  readonly #log: Logger;
  #next: { value: T } | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string, empty: T, log: Logger) {
    this.#path = path;
    this.#empty = empty;
    this.#log = log;
  }

  load(): T {
    const text = readTextIfExists(this.#path);
    if (text === undefined) return structuredClone(this.#empty);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new Error(`Cannot read ${this.#path}: it is not valid JSON. Remove it to start without what it holds.`, { cause: error });
    }
  }

  /** Writes in the background; while a write is under way only the newest value waits for the next. A failure is logged. */
  save(value: T): void {
    this.#next = { value };
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when what was saved is on disk. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      for (let next = this.#next; next !== undefined; next = this.#next) {
        this.#next = undefined;
        await replaceFile(this.#path, JSON.stringify(next.value));
      }
    } catch (error) {
      this.#log.error('cannot keep the state of the kubelet', error, { path: this.#path });
    }
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
