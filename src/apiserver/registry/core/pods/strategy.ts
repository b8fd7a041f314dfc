import type { Pod } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';

const asPod = (object: AnyObject) => object as unknown as Pod;

/** Pods: pending at birth, deleted with grace once they have a node (pkg/registry/core/pod). */
export const podStrategy: Strategy = {
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
  },
  gracePeriodSeconds(object, requested) {
    const pod = asPod(object);
    const grace = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    if (!pod.spec.nodeName || pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') return 0;
    return grace < 0 ? 1 : grace;
  },
  selectableFieldNames: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'],
  selectableFields(object) {
    const { spec, status } = asPod(object);
    return {
      'spec.nodeName': spec.nodeName ?? '',
      'spec.restartPolicy': spec.restartPolicy ?? '',
      'spec.schedulerName': spec.schedulerName ?? '',
      'spec.serviceAccountName': spec.serviceAccountName ?? '',
      'spec.hostNetwork': String(spec.hostNetwork ?? false),
      'status.phase': status?.phase ?? '',
      'status.podIP': status?.podIP ?? '',
      'status.podIPs': (status?.podIPs ?? []).map((p) => p.ip).join(','),
      'status.nominatedNodeName': status?.nominatedNodeName ?? '',
    };
  },
};
