import type { Pod } from '../../../api/core/v1.gen.ts';
import { describe, type LevelVersion } from './policy.ts';
import { evaluatePod } from './evaluate.ts';

/** More pods of one namespace are not looked at. */
const MOST_PODS = 3000;

/** What to tell who makes a namespace stricter: which pods that are there would not be allowed any more. */
export function warningsForNamespace(namespace: string, pods: readonly Pod[], enforce: LevelVersion): string[] {
  const checked = prioritised(pods).slice(0, MOST_PODS);
  const byReason = new Map<string, string[]>();
  for (const pod of checked) {
    const violations = evaluatePod(pod, enforce);
    if (violations.length === 0) continue;
    const reason = violations.map((v) => v.reason).join(', ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), pod.metadata.name]);
  }
  const warnings: string[] = [];
  if (checked.length < pods.length)
    warnings.push(`new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`);
  if (byReason.size === 0) return warnings;
  warnings.push(
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(describe(enforce))}`,
  );
  return [...warnings, ...[...byReason].map(([reason, names]) => `${subject(names.sort())}: ${reason}`).sort()];
}

function subject([first = '', ...others]: string[]): string {
  if (others.length === 0) return first;
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
}

/** One pod of each controller first: the others are likely the same. */
function prioritised(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const first: Pod[] = [];
  const rest: Pod[] = [];
  for (const pod of pods) {
    const controller = pod.metadata.ownerReferences?.find((o) => o.controller)?.uid;
    (controller === undefined || !seen.has(controller) ? first : rest).push(pod);
    if (controller !== undefined) seen.add(controller);
  }
  return [...first, ...rest];
}
