/** How many images are pulled at a time: one by one (upstream's default) or up to a bound. First come, first served. */
export class PullQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `limit`: 1 pulls serially, Infinity without bound. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(pull: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await pull();
    } finally {
      const next = this.#waiting.shift();
      // The place goes over to the next one.
      if (next) next();
      else this.#running--;
    }
  }
}
