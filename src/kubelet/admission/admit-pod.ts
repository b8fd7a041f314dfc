/** Whether the node takes a pod that was bound to it (pkg/kubelet/lifecycle). Pure. */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import { podQos } from '../pod/qos.ts';
import { isCriticalPod, isStaticPod } from '../pod/source.ts';
import { matchesNodeSelector } from './node-selector.ts';
import { sysctlProblem } from './sysctls.ts';
import { untoleratedNoExecute } from './tolerations.ts';

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

export interface AdmissionInput {
  readonly pod: Pod;
  /** Undefined while the kubelet does not know its node. */
  readonly node: Node | undefined;
  /** Pods that have their place already. */
  readonly active: readonly Pod[];
  readonly allowedUnsafeSysctls: readonly string[];
  readonly pressure: { readonly memory: boolean; readonly disk: boolean; readonly pid: boolean };
}

/** Undefined when the pod may run. Names of resources are in their own units: thousandths for cpu, else whole ones. */
export function admitPod(input: AdmissionInput): Rejection | undefined {
  const { pod, node } = input;
  const pressed = pressureRejection(input);
  if (pressed) return pressed;
  const sysctl = sysctlProblem(pod, input.allowedUnsafeSysctls);
  if (sysctl) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${sysctl}` };
  if (!node) return { reason: 'InvalidNodeInfo', message: 'Kubelet cannot get node info.' };
  return osRejection(pod) ?? groupsRejection(pod, node) ?? resourceRejection(input, node) ?? placeRejection(pod, node, input.active);
}

function pressureRejection({ pod, pressure }: AdmissionInput): Rejection | undefined {
  const conditions = [pressure.memory && 'MemoryPressure', pressure.disk && 'DiskPressure', pressure.pid && 'PIDPressure'].filter(Boolean);
  if (conditions.length === 0 || isCriticalPod(pod)) return undefined;
  if (conditions.length === 1 && pressure.memory) {
    const tolerated = pod.spec.tolerations?.some(
      (t) => t.key === 'node.kubernetes.io/memory-pressure' && (!t.effect || t.effect === 'NoSchedule'),
    );
    if (podQos(pod) !== 'BestEffort' || tolerated) return undefined;
  }
  return { reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` };
}

function osRejection(pod: Pod): Rejection | undefined {
  const label = pod.metadata.labels?.['kubernetes.io/os'];
  if (label !== undefined && label !== 'linux') {
    const message = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label";
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message };
  }
  if (pod.spec.os && pod.spec.os.name !== 'linux') {
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  }
  return undefined;
}

function groupsRejection(pod: Pod, node: Node): Rejection | undefined {
  if (pod.spec.securityContext?.supplementalGroupsPolicy !== 'Strict' || node.status.features?.supplementalGroupsPolicy) return undefined;
  return { reason: 'SupplementalGroupsPolicyNotSupported', message: 'SupplementalGroupsPolicy=Strict is not supported in this node' };
}

function resourceRejection({ pod, active }: AdmissionInput, node: Node): Rejection | undefined {
  const allocatable = node.status.allocatable ?? {};
  const wanted: [string, number][] = [['pods', 1]];
  for (const [name, amount] of podRequests(pod)) wanted.push([name, units(name, amount)]);
  for (const [name, requested] of wanted) {
    const text = allocatable[name];
    // What this node knows nothing of is not the node's to refuse: cluster-level resources.
    if (requested === 0 || (text === undefined && !NATIVE.has(name))) continue;
    const capacity = units(name, Quantity.parse(text ?? '0'));
    const used =
      name === 'pods'
        ? active.length
        : active.reduce((sum, other) => sum + units(name, podRequests(other, { status: true }).get(name) ?? Quantity.ZERO), 0);
    if (requested <= capacity - used) continue;
    const message = `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: `OutOf${name}`, message };
  }
  return undefined;
}

const NATIVE = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

function units(name: string, amount: Quantity): number {
  return name === 'cpu' ? amount.milliValue() : amount.value();
}

function placeRejection(pod: Pod, node: Node, active: readonly Pod[]): Rejection | undefined {
  const failed = (predicate: string, why: string) => ({ reason: predicate, message: `Predicate ${predicate} failed: ${why}` });
  if (!matchesNodeSelector(pod, node)) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (pod.spec.nodeName && pod.spec.nodeName !== node.metadata.name)
    return failed('NodeName', "node(s) didn't match the requested node name");
  if (portsConflict(pod, active)) return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  if (isStaticPod(pod)) return undefined;
  const taint = untoleratedNoExecute(node.spec.taints ?? [], pod.spec.tolerations ?? []);
  return taint && failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

function hostPorts(pod: Pod): HostPort[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')];
  return containers
    .flatMap((c) => c.ports ?? [])
    .filter((p) => p.hostPort)
    .map((p) => ({ ip: p.hostIP || '0.0.0.0', protocol: p.protocol || 'TCP', port: p.hostPort ?? 0 }));
}

function portsConflict(pod: Pod, active: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = active.flatMap(hostPorts);
  const any = (ip: string) => ip === '0.0.0.0';
  return wanted.some((w) => taken.some((t) => t.port === w.port && t.protocol === w.protocol && (t.ip === w.ip || any(t.ip) || any(w.ip))));
}
