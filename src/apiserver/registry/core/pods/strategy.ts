import type { Pod } from '../../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { qosClass } from '../../../../machinery/pod/qos-class.ts';
import { isDNS1123Label } from '../../../../machinery/names.ts';
import { podWarnings } from '../../shared/pods/warnings.ts';
import { resetObjectMetaForStatus } from '../../shared/reset-meta.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import type { Strategy } from '../../strategy.ts';
import { syncAppArmorAnnotations } from './app-armor.ts';
import { mergeMatchLabelKeys } from './match-label-keys.ts';
import { keepObservedGenerations } from './observed-generation.ts';
import { validatePodResize } from './resize-validation.ts';
import { keepOnlyResize } from './resize.ts';
import { podStatusWarnings, validatePodStatusUpdate } from './status-validation.ts';
import { validateEphemeralContainersUpdate, validatePod, validatePodUpdate } from './validation.ts';

const asPod = (object: AnyObject) => object as unknown as Pod;

/** Pods: pending at birth, deleted with grace once they have a node (pkg/registry/core/pod). */
export const podStrategy: Strategy = {
  prepareForCreate(object) {
    const pod = asPod(object);
    pod.status = { phase: 'Pending', qosClass: qosClass(pod) };
    if ((pod.spec.schedulingGates?.length ?? 0) > 0) {
      pod.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ];
    }
    mergeMatchLabelKeys(pod);
    syncAppArmorAnnotations(pod);
  },
  validate: (object) => validatePod(asPod(object)),
  validateUpdate: (object, old) => validatePodUpdate(asPod(object), asPod(old)),
  warnings(object, old) {
    if (old) return [];
    const messages = isDNS1123Label(object.metadata.name);
    const hostname =
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
    return [...(messages.length > 0 ? [`${hostname}: [${messages.join(' ')}]`] : []), ...podWarnings(asPod(object))];
  },
  gracePeriodSeconds(object, requested) {
    const { spec, status } = asPod(object);
    if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
    const grace = requested ?? spec.terminationGracePeriodSeconds ?? 0;
    return grace < 0 ? 1 : grace;
  },
  status: {
    prepareForUpdate(object, old) {
      const [pod, was] = [asPod(object), asPod(old)];
      // Old kubelets sent references back broken, and garbage collection with them.
      if (was.metadata.ownerReferences === undefined) delete pod.metadata.ownerReferences;
      else pod.metadata.ownerReferences = was.metadata.ownerReferences;
      pod.status ??= {};
      if (!pod.status.qosClass && was.status?.qosClass) pod.status.qosClass = was.status.qosClass;
      keepObservedGenerations(pod, was);
    },
    validateUpdate: (object, old) => validatePodStatusUpdate(asPod(object), asPod(old)),
    warnings: (object) => podStatusWarnings(asPod(object)),
  },
  subresources: {
    ephemeralcontainers: {
      prepareForUpdate(object, old) {
        const { ephemeralContainers } = asPod(object).spec;
        resetObjectMetaForStatus(object, old);
        const spec = { ...asPod(old).spec };
        if (ephemeralContainers) spec.ephemeralContainers = ephemeralContainers;
        else delete spec.ephemeralContainers;
        Object.assign(object, { spec, status: old['status'] });
        countChange(object, old);
      },
      validateUpdate: (object, old) => validateEphemeralContainersUpdate(asPod(object), asPod(old)),
    },
    resize: {
      prepareForUpdate(object, old) {
        keepOnlyResize(asPod(object), asPod(old));
        resetObjectMetaForStatus(object, old);
        object['status'] = old['status'];
        countChange(object, old);
      },
      validateUpdate: (object, old) => validatePodResize(asPod(object), asPod(old)),
    },
  },
  selectableFieldNames: [
    'spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.podIPs',
    'status.nominatedNodeName',
  ], // prettier-ignore
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
      // Accepted, but upstream never fills it in.
      'status.podIPs': '',
      'status.nominatedNodeName': status?.nominatedNodeName ?? '',
    };
  },
};

function countChange(object: AnyObject, old: AnyObject): void {
  if (!semanticEqual(object['spec'], old['spec'])) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}
