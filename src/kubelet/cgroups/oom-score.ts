/** Who the kernel kills first (pkg/kubelet/qos/policy.go). */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { initContainers, isRestartableInit } from '../pod/containers.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import { parseList as parseResources } from '../../machinery/pod/resource-list.ts';
import { hasPodLevelResources, withoutPodLevelResources } from '../pod/pod-resources.ts';
import { podQos } from '../pod/qos.ts';
import { isNodeCriticalPod } from '../pod/source.ts';

const GUARANTEED = -997;
const BEST_EFFORT = 1000;

/** oom_score_adj of a container; `memoryCapacity` is the node's, in bytes. */
export function containerOomScoreAdjust(pod: Pod, container: Container, memoryCapacity: number): number {
  if (isNodeCriticalPod(pod)) return GUARANTEED;
  const qos = podQos(pod);
  if (qos === 'Guaranteed') return GUARANTEED;
  if (qos === 'BestEffort') return BEST_EFFORT;
  const share = (bytes: number) => 1000 - Math.trunc((1000 * bytes) / memoryCapacity);
  const remaining = hasPodLevelResources(pod.spec.resources, 'requests') ? remainingPerContainer(pod) : 0;
  let score = share(memoryRequest(container) + remaining);
  if (isRestartableInit(container) && initContainers(pod).some((c) => c.name === container.name)) {
    // A sidecar is not killed before the containers it serves.
    score = Math.min(score, share(Math.min(...pod.spec.containers.map(memoryRequest)) + remaining));
  }
  if (score < 1000 + GUARANTEED) return 1000 + GUARANTEED;
  return score === BEST_EFFORT ? score - 1 : score;
}

function memoryRequest(container: Container): number {
  return parseResources(container.resources?.requests).get('memory')?.value() ?? 0;
}

/** What the pod asks for beyond its containers, shared among all that run. */
function remainingPerContainer(pod: Pod): number {
  const whole = podRequests(pod).get('memory')?.value() ?? 0;
  if (whole === 0) return 0;
  const ofContainers = podRequests(withoutPodLevelResources(pod)).get('memory')?.value() ?? 0;
  const count = pod.spec.containers.length + initContainers(pod).filter(isRestartableInit).length;
  return Math.trunc((whole - ofContainers) / count);
}
