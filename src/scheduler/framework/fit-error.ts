/** What a pod's condition and event say when no node does (pkg/scheduler/framework FitError). */
import type { Filtered } from './profile.ts';

export function fitErrorMessage(nodes: number, filtered: Filtered, preemption: string): string {
  let message = `0/${nodes} nodes are available:`;
  if (filtered.preFilter) message += ` ${filtered.preFilter.reasons.join(', ')}.`;
  else {
    const counts = new Map<string, number>();
    for (const status of filtered.refused.values()) for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const sorted = [...counts].map(([reason, n]) => `${n} ${reason}`).sort();
    if (sorted.length > 0) message += ` ${sorted.join(', ')}.`;
  }
  return preemption === '' ? message : `${message} ${preemption}`;
}
