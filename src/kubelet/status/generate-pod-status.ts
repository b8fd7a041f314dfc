/** The status of a pod from what the runtime knows (pkg/kubelet generateAPIPodStatus). Pure. */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/core/v1.gen.ts';
import { asContainer } from '../pod/containers.ts';
import { podLimits, podRequests } from '../../machinery/pod/pod-resources.ts';
import { type ResourceList } from '../../machinery/pod/resource-list.ts';
import { podQos } from '../pod/qos.ts';
import { allContainersCouldRestart } from '../pod/restart-policy.ts';
import type { ActuatedResources } from '../runtime/pod-actions.ts';
import { shouldAllContainersRestart } from '../runtime/should-restart.ts';
import type { RuntimePodStatus } from '../runtime/types.ts';
import {
  allContainersRestartingCondition,
  containersReadyCondition,
  initializedCondition,
  isKubeletCondition,
  makeCondition,
  readyCondition,
  readyToStartContainersCondition,
} from './conditions.ts';
import { containerStatuses, type StartFailure } from './container-statuses.ts';
import { podPhase } from './pod-phase.ts';

export interface PodStatusInput {
  readonly pod: Pod;
  readonly runtime: RuntimePodStatus;
  /** The status last set, or the one the API has. */
  readonly old: PodStatus;
  /** The pod will not run again. */
  readonly terminal: boolean;
  readonly nodeIPs: readonly string[];
  readonly runtimeName: string;
  readonly supportsRecursiveReadOnly: boolean;
  readonly actuated: ActuatedResources;
  readonly resizeConditions: readonly PodCondition[];
  /** Why the pod must end now: eviction, deadline. */
  readonly evict: { readonly reason: string; readonly message: string } | undefined;
  failure(container: string): StartFailure | undefined;
  /** Sets ready and started of the statuses as the probes say. */
  applyProbes(status: PodStatus): void;
}

const TERMINAL = new Set<string | undefined>(['Failed', 'Succeeded']);

export function generatePodStatus(input: PodStatusInput): PodStatus {
  const { pod, runtime, old } = input;
  const status = statusesOf(input);
  const both = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const hasStarted = pod.spec.containers.some((c) => runtime.activeContainers.some((active) => active.name === c.name));
  status.phase = podPhase(pod, both, input.terminal, hasStarted);
  // A phase that ended a pod never goes back.
  if (!TERMINAL.has(status.phase)) {
    if (TERMINAL.has(old.phase)) status.phase = old.phase;
    else if (TERMINAL.has(pod.status.phase)) status.phase = pod.status.phase;
  }
  if (status.phase === old.phase) {
    const reason = old.reason || pod.status.reason;
    const message = old.message || pod.status.message;
    if (reason) status.reason = reason;
    if (message) status.message = message;
  }
  if (input.evict) Object.assign(status, { phase: 'Failed', ...input.evict });
  if (TERMINAL.has(pod.status.phase)) status.phase = pod.status.phase;
  input.applyProbes(status);
  status.conditions = conditions(input, status);
  addAddresses(pod, status, input.nodeIPs);
  return status;
}

function statusesOf(input: PodStatusInput): PodStatus {
  const { pod, runtime, old } = input;
  const restarting = shouldAllContainersRestart(pod, runtime, old);
  const common = { ...input, status: runtime, restarting, failure: (name: string) => input.failure(name) };
  const ips = sortIPs(runtime.ips, input.nodeIPs);
  const init = containerStatuses({
    ...common,
    containers: pod.spec.initContainers ?? [],
    previous: old.initContainerStatuses ?? [],
    init: true,
  });
  const ephemeral = containerStatuses({
    ...common,
    containers: (pod.spec.ephemeralContainers ?? []).map(asContainer),
    previous: old.ephemeralContainerStatuses ?? [],
    init: false,
  });
  return {
    ...(ips.length > 0 && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    qosClass: podQos(pod),
    containerStatuses: containerStatuses({
      ...common,
      containers: pod.spec.containers,
      previous: old.containerStatuses ?? [],
      init: false,
    }),
    ...(init.length > 0 && { initContainerStatuses: init }),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    ...podLevel(pod),
  };
}

/** The pod's resources in total as they were given (KEP-5419). */
function podLevel(pod: Pod): Partial<PodStatus> {
  const requests = amounts(podRequests(pod));
  const limits = amounts(podLimits(pod));
  return {
    ...(requests && { allocatedResources: requests }),
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
  };
}

function amounts(list: ResourceList): Record<string, string> | undefined {
  return list.size === 0 ? undefined : Object.fromEntries([...list].map(([name, amount]) => [name, amount.toString()]));
}

function conditions(input: PodStatusInput, status: PodStatus): PodCondition[] {
  const { pod, runtime, old } = input;
  const out: PodCondition[] = (pod.status.conditions ?? []).filter((c) => !isKubeletCondition(c.type));
  if (!input.terminal) out.push(...input.resizeConditions);
  const disruption = old.conditions?.find((c) => c.type === 'DisruptionTarget');
  if (disruption && !out.some((c) => c.type === disruption.type)) out.push(disruption);
  out.push(readyToStartContainersCondition(pod, runtime));
  const all: ContainerStatus[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  out.push(initializedCondition(pod, all, old, status.phase));
  out.push(readyCondition(pod, out, all, status.phase));
  out.push(containersReadyCondition(pod, all, status.phase));
  out.push(makeCondition(pod, 'PodScheduled', 'True'));
  if (allContainersCouldRestart(pod.spec)) out.push(allContainersRestartingCondition(pod, runtime, old, status.phase));
  return out;
}

function addAddresses(pod: Pod, status: PodStatus, nodeIPs: readonly string[]): void {
  const [first, second] = nodeIPs;
  if (first === undefined) return;
  status.hostIP = first;
  status.hostIPs = nodeIPs.slice(0, 2).map((ip) => ({ ip }));
  if (!pod.spec.hostNetwork) return;
  if (!status.podIP) {
    status.podIP = first;
    status.podIPs = [{ ip: first }];
  }
  if (second !== undefined && status.podIPs?.length === 1 && isIPv6(status.podIPs[0]?.ip ?? '') !== isIPv6(second)) {
    status.podIPs = [...status.podIPs, { ip: second }];
  }
}

/** One address a family, that of the node's first address first. */
export function sortIPs(ips: readonly string[], nodeIPs: readonly string[]): string[] {
  const primaryIsV6 = nodeIPs[0] !== undefined && isIPv6(nodeIPs[0]);
  const primary = ips.find((ip) => isIPv6(ip) === primaryIsV6);
  const secondary = ips.find((ip) => isIPv6(ip) !== primaryIsV6);
  return [primary, secondary].filter((ip): ip is string => ip !== undefined);
}

function isIPv6(ip: string): boolean {
  return ip.includes(':');
}
