import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { KillReason } from './pod-actions.ts';

export const MINIMUM_GRACE_SECONDS = 2;

/** Seconds a container has to end by itself (pkg/kubelet/kuberuntime setTerminationGracePeriod). */
export function terminationGracePeriod(pod: Pod, container: Container, reason: KillReason): number {
  const { deletionGracePeriodSeconds } = pod.metadata;
  if (deletionGracePeriodSeconds !== undefined) return deletionGracePeriodSeconds;
  const ofPod = pod.spec.terminationGracePeriodSeconds;
  if (ofPod === undefined) return MINIMUM_GRACE_SECONDS;
  const probe = reason === 'StartupProbe' ? container.startupProbe : reason === 'LivenessProbe' ? container.livenessProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? ofPod;
}
