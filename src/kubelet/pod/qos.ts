import type { Pod } from '../../api/core/v1.gen.ts';
import { qosClass, type QosClass } from '../../machinery/pod/qos-class.ts';

/** The class in the status, or computed when there is none yet. */
export function podQos(pod: Pod): QosClass {
  return (pod.status.qosClass as QosClass | undefined) || qosClass(pod);
}
