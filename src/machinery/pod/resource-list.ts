/** Arithmetic on lists of quantities (k8s.io/component-helpers/resource). */
import { Quantity } from '../quantity.ts';

export type ResourceList = Map<string, Quantity>;

/** Values come from objects that passed decoding, so they parse. */
export function parseList(list: Readonly<Record<string, string>> | undefined): ResourceList {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, Quantity.parse(String(value))]));
}

export function formatList(list: ReadonlyMap<string, Quantity>): Record<string, string> {
  return Object.fromEntries([...list].map(([name, value]) => [name, value.toString()]));
}

export function addTo(list: ResourceList, more: ReadonlyMap<string, Quantity>): void {
  for (const [name, value] of more) list.set(name, list.get(name)?.add(value) ?? value);
}

export function raiseTo(list: ResourceList, floor: ReadonlyMap<string, Quantity>): void {
  for (const [name, value] of floor) {
    const have = list.get(name);
    if (!have || value.compare(have) > 0) list.set(name, value);
  }
}

/** `a` without `b`, for the names in either; may be negative. */
export function subtract(a: ReadonlyMap<string, Quantity>, b: ReadonlyMap<string, Quantity>): ResourceList {
  const out: ResourceList = new Map();
  for (const [name, value] of a) out.set(name, b.has(name) ? value.sub(b.get(name) ?? Quantity.ZERO) : value);
  for (const [name, value] of b) if (!a.has(name)) out.set(name, value.negated());
  return out;
}
