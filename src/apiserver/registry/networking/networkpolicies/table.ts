import type { NetworkPolicy } from '../../../../api/networking/v1.gen.ts';
import { formatLabelSelector } from '../../../../machinery/selectors/label-selector.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const networkPolicyTable = tableOf<NetworkPolicy>(
  [
    NAME,
    column(
      'Pod-Selector',
      'string',
      "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
    ),
    AGE,
  ],
  ({ metadata, spec }, age) => [metadata.name, formatLabelSelector(spec?.podSelector), age],
);
