import type { EndpointAddress, EndpointPort, EndpointSubset } from '../../api/core/v1.gen.ts';
import { stableJson } from './hash.ts';

/** Brings subsets into the shortest form: addresses with the same ports together, everything sorted. */
export function repackSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const addresses = new Map<string, EndpointAddress>();
  const byPort = new Map<string, { port: EndpointPort | undefined; ready: Map<string, boolean> }>();
  for (const subset of subsets) {
    const ports: (EndpointPort | undefined)[] = subset.ports && subset.ports.length > 0 ? subset.ports : [undefined];
    for (const port of ports) {
      const key = port ? stableJson(port) : '';
      const entry = byPort.get(key) ?? { port, ready: new Map<string, boolean>() };
      byPort.set(key, entry);
      const note = (ready: boolean) => (address: EndpointAddress) => {
        const id = `${address.ip} ${address.targetRef?.uid ?? ''}`;
        if (!addresses.has(id)) addresses.set(id, address);
        // Not ready wins where an address is listed as both.
        entry.ready.set(id, (entry.ready.get(id) ?? true) && ready);
      };
      subset.addresses?.forEach(note(true));
      subset.notReadyAddresses?.forEach(note(false));
    }
  }
  const groups = Map.groupBy(byPort.values(), ({ ready }) => JSON.stringify([...ready].sort(([a], [b]) => (a < b ? -1 : 1))));
  return [...groups.values()]
    .map((group) =>
      subsetOf(
        group[0]?.ready ?? new Map(),
        group.flatMap((g) => g.port ?? []),
        addresses,
      ),
    )
    .sort(byJson);
}

function subsetOf(
  ready: ReadonlyMap<string, boolean>,
  ports: EndpointPort[],
  addresses: ReadonlyMap<string, EndpointAddress>,
): EndpointSubset {
  const pick = (wanted: boolean) => {
    const ids = [...ready].filter(([, r]) => r === wanted).map(([id]) => id);
    return ids.sort().flatMap((id) => addresses.get(id) ?? []);
  };
  const [up, down] = [pick(true), pick(false)];
  return {
    ...(up.length > 0 && { addresses: up }),
    ...(down.length > 0 && { notReadyAddresses: down }),
    ...(ports.length > 0 && { ports: ports.sort(byJson) }),
  };
}

const byJson = (a: unknown, b: unknown) => (stableJson(a) < stableJson(b) ? -1 : 1);
