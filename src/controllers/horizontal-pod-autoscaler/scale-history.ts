/** What was recommended and done for one autoscaler: the memory behind stabilization windows and rates. Times in milliseconds. */
export interface Recommendation {
  readonly replicas: number;
  readonly at: number;
}

export interface ScaleEvent {
  /** How many replicas came or went; not negative. */
  readonly change: number;
  readonly at: number;
}

export class ScaleHistory {
  recommendations: Recommendation[] = [];
  ups: ScaleEvent[] = [];
  downs: ScaleEvent[] = [];

  recommend(replicas: number, now: number, keepMs: number): void {
    this.recommendations = [...this.recommendations.filter((r) => r.at >= now - keepMs), { replicas, at: now }];
  }

  /** `keepMs`: the longest period of a policy about that direction. */
  scaled(from: number, to: number, now: number, keepMs: number): void {
    const event = { change: Math.abs(to - from), at: now };
    const kept = (events: readonly ScaleEvent[]) => [...events.filter((e) => e.at >= now - keepMs), event];
    if (to > from) this.ups = kept(this.ups);
    else this.downs = kept(this.downs);
  }
}
