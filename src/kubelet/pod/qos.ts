import type { Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { ResourceRequirements } from '../../api/core/v1.gen.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'];

type Totals = Map<string, Quantity>;

/** The class in the status, or computed when there is none yet. */
export function podQos(pod: Pod): QosClass {
  return (pod.status.qosClass as QosClass | undefined) || computePodQos(pod);
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ with pod-level resources (KEP-2837). */
export function computePodQos(pod: Pod): QosClass {
  const requests: Totals = new Map();
  const limits: Totals = new Map();
  let guaranteed = true;
  const count = (resources: ResourceRequirements | undefined) => {
    add(requests, resources?.requests);
    if (add(limits, resources?.limits) < COMPUTE.length) guaranteed = false;
  };
  const whole = pod.spec.resources;
  if (whole) {
    add(requests, whole.requests);
    if (Object.keys(whole.limits ?? {}).length > 0 && add(limits, whole.limits) < COMPUTE.length) guaranteed = false;
  } else {
    for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) count(container.resources);
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  for (const [name, request] of requests) if (!limits.get(name)?.equals(request)) guaranteed = false;
  return guaranteed && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

/** Adds the positive compute resources; returns how many there were. */
function add(totals: Totals, list: Record<string, string> | undefined): number {
  let found = 0;
  for (const name of COMPUTE) {
    const text = list?.[name];
    if (text === undefined) continue;
    const amount = Quantity.parse(text);
    if (amount.sign() <= 0) continue;
    found++;
    totals.set(name, totals.get(name)?.add(amount) ?? amount);
  }
  return found;
}
