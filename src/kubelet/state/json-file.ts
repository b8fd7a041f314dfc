import { readTextIfExists, writeFileAtomic } from '../../host/files.ts';

/** A small value kept in a file, whole or not at all. A file that cannot be read as JSON throws: nothing is guessed. */
export class JsonFile<T> {
  readonly #path: string;
  readonly #empty: T;

  constructor(path: string, empty: T) {
    this.#path = path;
    this.#empty = empty;
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

  save(value: T): void {
    writeFileAtomic(this.#path, JSON.stringify(value));
  }
}
