import type { LimitRange, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { aggregateMessage } from '../authz/aggregate-message.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied } from './attributes.ts';
import { setDefaultResources } from './limit-range/defaults.ts';
import { claimProblems, podProblems } from './limit-range/problems.ts';
import { onOperations } from './operations.ts';
import { asPod } from './pod/pod-of.ts';

/** Defaults and bounds for containers, pods and claims of a namespace (https://kubernetes.io/docs/concepts/policy/limit-range/). */
export function limitRanger(registry: RegistryReader): AdmissionPlugin {
  const ranges = (a: AdmissionAttributes) => registry.reader('', 'limitranges').list(a.namespace) as unknown as LimitRange[];
  return {
    name: 'LimitRanger',
    handles: onOperations('CREATE', 'UPDATE'),
    async admit(a) {
      if (!applies(a) || a.resource.resource !== 'pods') return;
      for (const range of ranges(a)) setDefaultResources(asPod(a.object), range);
    },
    async validate(a) {
      if (!applies(a)) return;
      for (const range of ranges(a)) {
        const problems =
          a.resource.resource === 'pods'
            ? podProblems(asPod(a.object), range)
            : claimProblems(a.object as unknown as PersistentVolumeClaim, range);
        if (problems.length > 0) throw denied(a, aggregateMessage(problems));
      }
    },
  };
}

/** Containers of a pod that is there change through `resize` only. What is being deleted may always be updated. */
function applies(a: AdmissionAttributes): boolean {
  if (a.oldObject?.metadata.deletionTimestamp || a.resource.group !== '') return false;
  if (a.resource.resource === 'pods') {
    return a.kind.kind === 'Pod' && (a.operation === 'UPDATE' ? a.subresource === 'resize' : a.subresource === '');
  }
  return a.resource.resource === 'persistentvolumeclaims' && a.subresource === '';
}
