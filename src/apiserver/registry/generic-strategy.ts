/** What resources share when their own strategy says nothing else: status is wiped and kept apart, generation counts changes of spec. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';
import type { ResourceDefinition } from '../../api/surface.ts';
import type { Strategy } from './strategy.ts';

/** Built-in kinds whose metadata.generation the server counts, by `group/resource`. */
const WITH_GENERATION = new Set([
  '/pods', '/replicationcontrollers', 'apps/daemonsets', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets', 'batch/cronjobs', 'batch/jobs',
  'networking.k8s.io/ingresses', 'networking.k8s.io/networkpolicies', 'policy/poddisruptionbudgets', 'storage.k8s.io/csidrivers', 'discovery.k8s.io/endpointslices',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations', 'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies', 'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingadmissionpolicies', 'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'flowcontrol.apiserver.k8s.io/flowschemas', 'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', 'scheduling.k8s.io/priorityclasses',
  'apiextensions.k8s.io/customresourcedefinitions', 'resource.k8s.io/resourceslices',
]);

/** Wraps a resource's own strategy with the shared behaviour of its definition. */
export function withGenericRules(definition: ResourceDefinition, own: Strategy): Strategy {
  const hasStatus = definition.subresources.some((s) => s.name === 'status');
  const counts = WITH_GENERATION.has(`${definition.group}/${definition.resource}`);
  return {
    ...own,
    prepareForCreate(object, context) {
      if (hasStatus) object['status'] = {};
      if (counts) object.metadata.generation = 1;
      own.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      if (hasStatus) object['status'] = old['status'];
      own.prepareForUpdate?.(object, old, context);
      if (counts && !isDeepStrictEqual(desired(object), desired(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    status: {
      ...own.status,
      prepareForUpdate(object, old, context) {
        keepAllButStatus(object, old);
        own.status?.prepareForUpdate?.(object, old, context);
      },
    },
  };
}

/** Everything but metadata and status: what generation counts. */
function desired(object: AnyObject): unknown {
  const { metadata: _metadata, status: _status, kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return JSON.parse(JSON.stringify(rest)) as unknown;
}

/** Writes through /status change status, labels and annotations; nothing else. */
function keepAllButStatus(object: AnyObject, old: AnyObject): void {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (field !== 'metadata' && field !== 'status') object[field] = old[field];
  }
  object.metadata.ownerReferences = old.metadata.ownerReferences;
  object.metadata.finalizers = old.metadata.finalizers;
}
