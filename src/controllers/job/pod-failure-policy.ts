/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy (pkg/controller/job/pod_failure_policy.go, KEP-3329). */
import type { PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '../../api/batch/v1.gen.ts';
import type { ContainerStatus, Pod } from '../../api/core/v1.gen.ts';

export interface FailureVerdict {
  /** Whether the failure counts towards the back-off limit. */
  readonly counts: boolean;
  readonly action?: 'Ignore' | 'FailIndex' | 'Count' | 'FailJob';
  /** For FailJob: why. */
  readonly message?: string;
}

/** What the first matching rule says about a failed pod. Without a policy or a match the failure counts. */
export function matchPodFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const what = rule.onExitCodes ? exitCodeText(pod, rule.onExitCodes) : rule.onPodConditions ? conditionText(pod, rule) : undefined;
    if (what === undefined) continue;
    switch (rule.action) {
      case 'Ignore':
        return { counts: false, action: 'Ignore' };
      case 'FailIndex':
        return { counts: true, action: 'FailIndex' };
      case 'Count':
        return { counts: true, action: 'Count' };
      case 'FailJob':
        return { counts: true, action: 'FailJob', message: `${what} matching ${rule.action} rule at index ${index}` };
      default:
        // An action of a later version: as if the rule were not there.
        continue;
    }
  }
  return { counts: true };
}

function exitCodeText(pod: Pod, requirement: PodFailurePolicyOnExitCodesRequirement): string | undefined {
  const all = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const container = all.find((c) => exitCodeMatches(c, requirement));
  if (!container) return undefined;
  const { namespace, name } = pod.metadata;
  return `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.state?.terminated?.exitCode}`;
}

function exitCodeMatches({ name, state }: ContainerStatus, requirement: PodFailurePolicyOnExitCodesRequirement): boolean {
  const code = state?.terminated?.exitCode;
  if (code === undefined || code === 0) return false;
  if (requirement.containerName !== undefined && requirement.containerName !== name) return false;
  if (requirement.operator === 'In') return requirement.values.includes(code);
  return requirement.operator === 'NotIn' && !requirement.values.includes(code);
}

function conditionText(pod: Pod, rule: PodFailurePolicyRule): string | undefined {
  const matches = (type: string, status: string) => rule.onPodConditions?.some((p) => p.type === type && (p.status ?? 'True') === status);
  const condition = pod.status.conditions?.find((c) => matches(c.type, c.status));
  return condition && `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${condition.type}`;
}
