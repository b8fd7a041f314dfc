import type { Pod } from '../../../../api/core/v1.gen.ts';

/** A client that does not know observedGeneration does not take it away (KEP-5067). */
export function keepObservedGenerations(pod: Pod, old: Pod): void {
  const status = (pod.status ??= {});
  if (!status.observedGeneration && old.status?.observedGeneration) status.observedGeneration = old.status.observedGeneration;
  // A type may occur more than once: the first new one takes the first old one's.
  const before = new Map<string, number[]>();
  for (const { type, observedGeneration = 0 } of old.status?.conditions ?? [])
    before.set(type, [...(before.get(type) ?? []), observedGeneration]);
  for (const condition of status.conditions ?? []) {
    const was = before.get(condition.type)?.shift() ?? 0;
    if (!condition.observedGeneration && was !== 0) condition.observedGeneration = was;
  }
}
