/** A part that others refer to before it is made. */
export class Late<T> {
  readonly #name: string;
  #part: T | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  set(part: T): void {
    this.#part = part;
  }

  /** Throws before the part is made. */
  get(): T {
    if (this.#part === undefined) throw new Error(`${this.#name} is used before it is made`);
    return this.#part;
  }
}
