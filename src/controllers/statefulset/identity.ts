/** Names, ordinals, pods and claims of a stateful set, pure (pkg/controller/statefulset/stateful_set_utils.go). */
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/core/v1.gen.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { draftMeta } from '../shared/draft-meta.ts';
import { podFromTemplate } from '../shared/pod-control.ts';

export const KIND = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
export const REVISION_LABEL = 'controller-revision-hash';
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** The set's name and the ordinal in a pod's name; -1 when it has none. */
export function parentAndOrdinal(pod: Pod): { readonly parent: string; readonly ordinal: number } {
  const match = /^(.*)-([0-9]+)$/s.exec(pod.metadata.name);
  const ordinal = Number(match?.[2]);
  return match ? { parent: match[1] ?? '', ordinal: ordinal <= 2147483647 ? ordinal : -1 } : { parent: '', ordinal: -1 };
}

export const ordinalOf = (pod: Pod): number => parentAndOrdinal(pod).ordinal;
export const isMemberOf = (set: StatefulSet, pod: Pod): boolean => parentAndOrdinal(pod).parent === set.metadata.name;
export const replicasOf = (set: StatefulSet): number => set.spec.replicas ?? 1;
export const startOrdinal = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0;
export const isParallel = (set: StatefulSet): boolean => set.spec.podManagementPolicy === 'Parallel';
export const revisionOfPod = (pod: Pod): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';

export function isInOrdinalRange(set: StatefulSet, pod: Pod): boolean {
  const index = ordinalOf(pod) - startOrdinal(set);
  return ordinalOf(pod) >= 0 && index >= 0 && index < replicasOf(set);
}

export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const { parent, ordinal } = parentAndOrdinal(pod);
  const { name, namespace, labels } = pod.metadata;
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    name === `${parent}-${ordinal}` &&
    namespace === set.metadata.namespace &&
    labels?.[POD_NAME_LABEL] === name
  );
}

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const claims = new Map((pod.spec.volumes ?? []).map((v) => [v.name, v.persistentVolumeClaim?.claimName]));
  return (set.spec.volumeClaimTemplates ?? []).every((t) => claims.get(t.metadata.name) === claimName(set, t, ordinalOf(pod)));
}

/** The claims that a pod of this ordinal needs. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    ...template,
    metadata: {
      ...template.metadata,
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
  }));
}

/** The pod with the volumes of its claims first. */
export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const ordinal = ordinalOf(pod);
  const claimed: Volume[] = templates.map((t) => ({
    name: t.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, t, ordinal) },
  }));
  const names = new Set(claimed.map((v) => v.name));
  const volumes = [...claimed, ...(pod.spec.volumes ?? []).filter((v) => !names.has(v.name))];
  return { ...pod, spec: { ...pod.spec, ...(volumes.length > 0 && { volumes }) } };
}

export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name, namespace: set.metadata.namespace, labels } };
}

/** A pod that does not exist yet: its status is empty. `set` has the template of the revision. */
export function newPod(set: StatefulSet, revision: string, ordinal: number): Pod {
  const draft = podFromTemplate(set.spec.template, set, newControllerRef(set, KIND));
  const name = `${set.metadata.name}-${ordinal}`;
  const metadata = draftMeta({ ...draft.metadata, name });
  const pod = withIdentity(set, { apiVersion: 'v1', kind: 'Pod', metadata, spec: draft.spec, status: {} });
  const labels = { ...pod.metadata.labels, [REVISION_LABEL]: revision };
  const { serviceName } = set.spec;
  const spec = { ...pod.spec, hostname: name, ...(serviceName && { subdomain: serviceName }) };
  return withStorage(set, { ...pod, metadata: { ...pod.metadata, labels }, spec });
}
