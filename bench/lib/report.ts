/** Lines of a benchmark: what was measured, and how ours compares with the peer's in the same run. */
interface Row {
  readonly unit: string;
  readonly lower: boolean;
  /** The best of each server's rounds: what other work on the machine took away says nothing about a server. */
  readonly best: Map<string, number>;
}

export class Report {
  readonly #rows = new Map<string, Row>();

  add(server: string, what: string, value: number, unit: string, detail = '', lowerIsBetter = false): void {
    const row = this.#rows.get(what) ?? { unit, lower: lowerIsBetter, best: new Map<string, number>() };
    this.#rows.set(what, row);
    const before = row.best.get(server);
    row.best.set(server, before === undefined ? value : lowerIsBetter ? Math.min(before, value) : Math.max(before, value));
    console.log(`${server.padEnd(8)} ${what}: ${number(value)} ${unit}${detail ? ` (${detail})` : ''}`);
  }

  /** Ratios to the peer, above 1 when ours is better. Nothing without a peer. */
  compare(own: string, peer: string): void {
    for (const [what, { best, unit, lower }] of this.#rows) {
      const [ours, theirs] = [best.get(own), best.get(peer)];
      if (ours === undefined || theirs === undefined || ours === 0 || theirs === 0) continue;
      const ratio = lower ? theirs / ours : ours / theirs;
      console.log(`${ratio.toFixed(2).padStart(6)}x ${what}: ${number(ours)} against ${number(theirs)} ${unit}`);
    }
  }
}

function number(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
