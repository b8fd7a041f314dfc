import type { LabelSelector } from '../../../api/meta/v1.gen.ts';
import { formatLabelSelector } from '../../../machinery/selectors/label-selector.ts';

interface ParamRef {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly selector?: LabelSelector | undefined;
}

/** `namespace/name` of a policy's parameter; `*` for a namespace that is not said. */
export function formatParamRef(reference: ParamRef | undefined): string {
  if (!reference) return '<unset>';
  if (reference.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference.selector ? formatLabelSelector(reference.selector) : '<unset>';
}
