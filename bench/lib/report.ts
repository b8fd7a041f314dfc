/** Lines of a benchmark: what was measured, and how ours compares with the peer's in the same run. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  /** By server. */
  readonly values: ReadonlyMap<string, number>;
  /** Said after the figures, by server. */
  readonly details: ReadonlyMap<string, string>;
  readonly lowerIsBetter?: boolean;
}

export class Report {
  readonly #rows = new Map<string, { unit: string; lower: boolean; values: Map<string, number>; details: Map<string, string> }>();

  add(server: string, what: string, value: number, unit: string, detail = '', lowerIsBetter = false): void {
    const row = this.#rows.get(what) ?? { unit, lower: lowerIsBetter, values: new Map(), details: new Map() };
    this.#rows.set(what, row);
    row.values.set(server, value);
    row.details.set(server, detail);
    console.log(`${server.padEnd(8)} ${what}: ${number(value)} ${unit}${detail ? ` (${detail})` : ''}`);
  }

  /** Ratios to the peer, above 1 when ours is better. Nothing without a peer. */
  compare(own: string, peer: string): void {
    for (const [what, { values, unit, lower }] of this.#rows) {
      const [ours, theirs] = [values.get(own), values.get(peer)];
      if (ours === undefined || theirs === undefined || ours === 0 || theirs === 0) continue;
      const ratio = lower ? theirs / ours : ours / theirs;
      console.log(`${ratio.toFixed(2).padStart(6)}x ${what}: ${number(ours)} against ${number(theirs)} ${unit}`);
    }
  }
}

function number(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
