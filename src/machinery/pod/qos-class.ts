import type { Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../quantity.ts';
import { addTo, parseList, type ResourceList } from './resource-list.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'];

/** A pod's quality of service, from its spec (https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/). */
export function qosClass({ spec }: Pod): QosClass {
  const requests: ResourceList = new Map();
  const limits: ResourceList = new Map();
  let guaranteed = true;
  const podLevel = spec?.resources?.requests || spec?.resources?.limits ? [{ resources: spec.resources }] : undefined;
  for (const { resources } of podLevel ?? [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
    const own = (list: Readonly<Record<string, string>> | undefined) =>
      new Map([...parseList(list)].filter(([name, q]) => COUNTED.includes(name) && q.sign() > 0));
    addTo(requests, own(resources?.requests));
    const limited = own(resources?.limits);
    addTo(limits, limited);
    if (limited.size < COUNTED.length) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const equal = [...requests].every(([name, value]) => (limits.get(name) ?? Quantity.ZERO).equals(value));
  return guaranteed && equal && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}
