/** Warnings about labels of nodes that have new names (pkg/api/node). */
import type { NodeSelectorTerm } from '../../../../api/core/v1.gen.ts';
import type { FieldPath } from '../../../../machinery/field.ts';
import { isLabelValue } from '../../../../machinery/names.ts';

const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What to say about a node's label; undefined when it is fine. */
export const nodeLabelWarning = (key: string): string | undefined => DEPRECATED[key];

export function nodeSelectorTermWarnings(term: NodeSelectorTerm, checkValues: boolean, path: FieldPath): string[] {
  return (term.matchExpressions ?? []).flatMap(({ key, values = [] }, i) => {
    const here = path.child('matchExpressions').index(i);
    const label = nodeLabelWarning(key);
    const bad = checkValues
      ? values.flatMap((value, v) => isLabelValue(value).map((m) => `${here.child('values').index(v)}: ${value} is invalid, ${m}`))
      : [];
    return label === undefined ? bad : [`${here.child('key')}: ${key} is ${label}`, ...bad];
  });
}
