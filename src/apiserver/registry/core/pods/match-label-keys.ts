import type { LabelSelector } from '../../../../api/meta/v1.gen.ts';
import type { Pod, PodAffinityTerm } from '../../../../api/core/v1.gen.ts';

/**
 * Writes what matchLabelKeys and mismatchLabelKeys mean for this pod into the selectors of its affinity terms and spread constraints
 * (KEP-3633, KEP-3243), so that the scheduler only looks at selectors.
 */
export function mergeMatchLabelKeys({ metadata, spec }: Pod): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(podAffinityTerm, labels);
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint.labelSelector, constraint.matchLabelKeys, 'In', labels);
}

function mergeTerm(term: PodAffinityTerm, labels: Readonly<Record<string, string>>): void {
  merge(term.labelSelector, term.matchLabelKeys, 'In', labels);
  merge(term.labelSelector, term.mismatchLabelKeys, 'NotIn', labels);
}

function merge(
  selector: LabelSelector | undefined,
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Readonly<Record<string, string>>,
): void {
  // Without a selector nothing matches; keys cannot change that.
  if (!selector) return;
  for (const key of keys ?? []) {
    const value = labels[key];
    if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] });
  }
}
