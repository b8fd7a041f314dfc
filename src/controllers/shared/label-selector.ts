import type { LabelSelector } from '../../api/meta/v1.gen.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';

export type Labels = Readonly<Record<string, string>> | undefined;
export type LabelMatcher = (labels: Labels) => boolean;

/** The test of a LabelSelector: an absent selector matches nothing, an empty one everything. Throws SelectorError for a broken one. */
export function labelMatcher(selector: LabelSelector | undefined | null): LabelMatcher {
  const parsed = labelSelectorAsSelector(selector);
  return (labels) => parsed.matches(labels ?? {});
}

export function isEmptySelector(selector: LabelSelector | undefined | null): boolean {
  return !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);
}

/** Whether all of `wanted` are among `labels`; an empty or absent `wanted` matches everything. */
export function labelsInclude(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted ?? {}).every(([k, v]) => labels?.[k] === v);
}
