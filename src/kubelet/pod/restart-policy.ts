/** When a container starts again (KEP-5307 container restart rules; pkg/api/v1/pod). */
import type { Container, ContainerRestartRule, PodSpec } from '../../api/core/v1.gen.ts';

/** The first of the container's rules that this exit code meets. */
export function matchingRestartRule(container: Container, exitCode: number): ContainerRestartRule | undefined {
  return (container.restartPolicyRules ?? []).find(({ exitCodes }) => {
    if (!exitCodes) return false;
    const listed = (exitCodes.values ?? []).includes(exitCode);
    return exitCodes.operator === 'In' ? listed : exitCodes.operator === 'NotIn' && !listed;
  });
}

/** Whether a container that ended with this code starts again: its rules, then its own policy, then the pod's. */
export function shouldRestartAfterExit(container: Container, spec: PodSpec, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    const rule = matchingRestartRule(container, exitCode);
    if (rule?.action === 'Restart' || rule?.action === 'RestartAllContainers') return true;
    const own = byPolicy(container.restartPolicy, exitCode);
    if (own !== undefined) return own;
  }
  return byPolicy(spec.restartPolicy ?? 'Always', exitCode) ?? true;
}

function byPolicy(policy: string, exitCode: number): boolean | undefined {
  if (policy === 'Always') return true;
  if (policy === 'OnFailure') return exitCode !== 0;
  return policy === 'Never' ? false : undefined;
}

export function isContainerRestartable(container: Container, spec: PodSpec): boolean {
  if (container.restartPolicy === undefined) return spec.restartPolicy !== 'Never';
  return (container.restartPolicyRules ?? []).some((rule) => rule.action === 'Restart') || container.restartPolicy !== 'Never';
}

/** Whether one container's exit may restart all of them in place. */
export function allContainersCouldRestart(spec: PodSpec): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some((c) =>
    (c.restartPolicyRules ?? []).some((rule) => rule.action === 'RestartAllContainers'),
  );
}
