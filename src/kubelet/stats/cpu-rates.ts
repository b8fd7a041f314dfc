interface Sample {
  readonly at: number;
  readonly nanos: number;
}

/** A shorter span says more about the sampling than about the load. */
const SHORTEST_MS = 5000;

/** CPU use between two readings of a counter. */
export class CpuRates {
  readonly #samples = new Map<string, { before: Sample | undefined; last: Sample }>();

  /** Takes a reading (`at` in monotonic milliseconds); returns nanoseconds of CPU a second, undefined before there are two readings. */
  take(key: string, at: number, nanos: number): number | undefined {
    const known = this.#samples.get(key);
    const now = { at, nanos };
    if (!known || nanos < known.last.nanos) {
      this.#samples.set(key, { before: undefined, last: now });
      return undefined;
    }
    if (at - known.last.at >= SHORTEST_MS) {
      this.#samples.set(key, { before: known.last, last: now });
      return rate(known.last, now);
    }
    return known.before && rate(known.before, now);
  }

  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#samples.keys()) if (!keys.has(key)) this.#samples.delete(key);
  }
}

function rate(from: Sample, to: Sample): number {
  return Math.round(((to.nanos - from.nanos) / (to.at - from.at)) * 1000);
}
