/** What resources share when their own strategy says nothing else: status is wiped and kept apart, generation counts changes of spec. */
import type { AnyObject } from '../../api/object.ts';
import { findType } from '../../api/schema.ts';
import { groupFolder, type ResourceDefinition } from '../../api/surface.ts';
import { decodeObject } from '../../machinery/decode/decode-object.ts';
import { resetObjectMetaForStatus } from './shared/reset-meta.ts';
import { semanticEqual } from './shared/semantic-equal.ts';
import type { Strategy } from './strategy.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

/** Built-in kinds whose metadata.generation the server counts, by `group/resource`. */
const WITH_GENERATION = new Set([
  '/pods', '/podtemplates', '/replicationcontrollers', 'apps/daemonsets', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets', 'batch/cronjobs', 'batch/jobs',
  'networking.k8s.io/ingresses', 'networking.k8s.io/ingressclasses', 'networking.k8s.io/networkpolicies', 'policy/poddisruptionbudgets', 'discovery.k8s.io/endpointslices',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations', 'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies', 'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingadmissionpolicies', 'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'flowcontrol.apiserver.k8s.io/flowschemas', 'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions', 'resource.k8s.io/resourceslices', 'resource.k8s.io/deviceclasses', 'resource.k8s.io/devicetaintrules',
  'scheduling.k8s.io/podgroups', 'scheduling.k8s.io/workloads',
]); // prettier-ignore
/** They start with a generation that never changes. */
const WITH_FIXED_GENERATION = new Set(['scheduling.k8s.io/priorityclasses']);
/** They start without a generation, which then counts changes. */
const WITH_LATE_GENERATION = new Set(['storage.k8s.io/csidrivers']);
/** Status may be given at creation. */
const STATUS_AT_CREATION = new Set(['/nodes']);
/** Their changes of annotations count too: they are copied to what the object makes. */
const ANNOTATIONS_COUNT = new Set(['apps/deployments']);
/** Writes through their /status leave labels, annotations, finalizers and owners alone. */
const GUARDED_METADATA = new Set([
  'networking.k8s.io/servicecidrs', 'resource.k8s.io/resourceclaims', 'resource.k8s.io/devicetaintrules', 'resource.k8s.io/resourcepoolstatusrequests',
  'internal.apiserver.k8s.io/storageversions', 'storage.k8s.io/volumeattachments', 'admissionregistration.k8s.io/validatingadmissionpolicies',
  'certificates.k8s.io/podcertificaterequests', 'scheduling.k8s.io/podgroups', 'storagemigration.k8s.io/storageversionmigrations',
  'flowcontrol.apiserver.k8s.io/flowschemas', 'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', 'apiregistration.k8s.io/apiservices',
  'apiextensions.k8s.io/customresourcedefinitions',
]); // prettier-ignore
const LABELS_COUNT = new Set(['discovery.k8s.io/endpointslices']);

/** Wraps a resource's own strategy with the shared behaviour of its definition. */
export function withGenericRules(definition: ResourceDefinition, own: Strategy): Strategy {
  const id = `${definition.group}/${definition.resource}`;
  const hasStatus = definition.subresources.some((s) => s.name === 'status');
  const wipes = hasStatus && !STATUS_AT_CREATION.has(id);
  const starts = WITH_GENERATION.has(id) || WITH_FIXED_GENERATION.has(id);
  const counts = WITH_GENERATION.has(id) || WITH_LATE_GENERATION.has(id);
  const changed = (object: AnyObject, old: AnyObject) =>
    !sameDesired(object, old) ||
    (ANNOTATIONS_COUNT.has(id) && !semanticEqual(object.metadata.annotations, old.metadata.annotations)) ||
    (LABELS_COUNT.has(id) && !semanticEqual(object.metadata.labels, old.metadata.labels));
  return {
    ...own,
    prepareForCreate(object, context) {
      if (wipes) object['status'] = emptyStatus(definition);
      if (starts) object.metadata.generation = 1;
      own.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      if (hasStatus) object['status'] = old['status'];
      own.prepareForUpdate?.(object, old, context);
      if (counts && changed(object, old)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    status: {
      ...own.status,
      prepareForUpdate(object, old, context) {
        keepAllButStatus(object, old);
        if (GUARDED_METADATA.has(id)) resetObjectMetaForStatus(object, old);
        own.status?.prepareForUpdate?.(object, old, context);
      },
    },
  };
}

/** The status of a new object: nothing, as its Go type prints it (counts that are always shown are zero). */
function emptyStatus({ kind, storedAs, schemaId }: ResourceDefinition): unknown {
  const stored = `${groupFolder(storedAs.group)}/${storedAs.version}.${kind}`;
  // Definitions of custom resources name a stored version that is no longer served.
  const typeId = findType(stored) ? stored : schemaId;
  const known = emptyStatuses.get(typeId);
  if (known !== undefined) return deepCopy(known);
  const { status = {} } = decodeObject(typeId, {}).object as { status?: unknown };
  emptyStatuses.set(typeId, status);
  return deepCopy(status);
}
const emptyStatuses = new Map<string, unknown>();

/** Equal but for metadata and status: what generation counts. */
function sameDesired(object: AnyObject, old: AnyObject): boolean {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (!UNCOUNTED.has(field) && !semanticEqual(object[field], old[field])) return false;
  }
  return true;
}
const UNCOUNTED = new Set(['metadata', 'status', 'kind', 'apiVersion']);

/** Writes through /status change status and metadata; some kinds guard metadata too. */
function keepAllButStatus(object: AnyObject, old: AnyObject): void {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (field !== 'metadata' && field !== 'status') object[field] = old[field];
  }
}
