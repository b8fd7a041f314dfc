/** Zones and how broken they are, pure: the more nodes are down at once, the less it is the nodes' fault. */
import type { Node } from '../../api/core/v1.gen.ts';

export type ZoneState = 'Initial' | 'Normal' | 'FullDisruption' | 'PartialDisruption';

/** Region and zone as one key. */
export function zoneKey({ metadata: { labels = {} } }: Node): string {
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

/** `ready`: whether each node of the zone is ready. */
export function zoneState(ready: readonly boolean[], unhealthyThreshold: number): ZoneState {
  const down = ready.filter((r) => !r).length;
  if (down === ready.length && down > 0) return 'FullDisruption';
  return down > 2 && down / ready.length >= unhealthyThreshold ? 'PartialDisruption' : 'Normal';
}

export interface ZoneRates {
  /** Nodes a second. */
  readonly normal: number;
  readonly secondary: number;
  readonly largeClusterSize: number;
}

/** How many nodes a second may be emptied in a zone of this state and size. */
export function evictionRate(state: ZoneState, size: number, rates: ZoneRates): number {
  if (state === 'PartialDisruption') return size > rates.largeClusterSize ? rates.secondary : 0;
  return rates.normal;
}

export interface DisruptionChange {
  /** Every zone is down, and was not before: the fault is more likely ours. Taints go, nothing is evicted. */
  readonly stopEvictions: boolean;
  /** Not every zone is down any more: judge the nodes afresh. */
  readonly resetHealth: boolean;
  /** New rates by zone. */
  readonly rates: ReadonlyMap<string, number>;
  readonly states: ReadonlyMap<string, ZoneState>;
}

/** What follows from the zones' states. `zones`: readiness of each zone's nodes. */
export function planDisruption(
  zones: ReadonlyMap<string, readonly boolean[]>,
  before: ReadonlyMap<string, ZoneState>,
  unhealthyThreshold: number,
  rates: ZoneRates,
): DisruptionChange {
  const now = new Map([...zones].map(([key, ready]) => [key, zoneState(ready, unhealthyThreshold)]));
  const known = [...before].filter(([key]) => zones.has(key));
  const allDown = [...now.values()].every((s) => s === 'FullDisruption');
  const wereAllDown = known.length === now.size && known.every(([, s]) => s === 'FullDisruption');
  const change = { stopEvictions: false, resetHealth: false, rates: new Map<string, number>(), states: now };
  if (allDown && wereAllDown) return { ...change, states: new Map(known) };
  if (allDown) return { ...change, stopEvictions: true, rates: new Map([...now.keys()].map((key) => [key, 0])) };
  for (const [key, state] of now) {
    if (!wereAllDown && before.get(key) === state) continue;
    change.rates.set(key, evictionRate(state, zones.get(key)?.length ?? 0, rates));
  }
  return { ...change, resetHealth: wereAllDown };
}
