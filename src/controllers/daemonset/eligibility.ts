/** On which nodes a daemon set's pods run, pure (pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod). */
import type { DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Node } from '../../api/core/v1.gen.ts';
import { matchesRequiredNodeAffinity } from '../shared/node-affinity.ts';
import { untoleratedTaint } from '../shared/tolerations.ts';
import { withDaemonTolerations } from './pod-template.ts';

export interface Eligibility {
  /** A pod shall be there. */
  readonly shouldRun: boolean;
  /** A pod that is there may stay. */
  readonly shouldContinue: boolean;
}

const NEVER: Eligibility = { shouldRun: false, shouldContinue: false };

export function nodeEligibility(ds: DaemonSet, node: Node): Eligibility {
  const spec = withDaemonTolerations(ds.spec.template.spec);
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NEVER;
  if (!matchesRequiredNodeAffinity(spec, node)) return NEVER;
  const { taints } = node.spec;
  if (!untoleratedTaint(taints, spec.tolerations, ['NoExecute', 'NoSchedule'])) return { shouldRun: true, shouldContinue: true };
  return { shouldRun: false, shouldContinue: !untoleratedTaint(taints, spec.tolerations, ['NoExecute']) };
}
