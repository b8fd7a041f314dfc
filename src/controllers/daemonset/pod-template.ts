/** What a daemon set's pods have besides the template (pkg/controller/daemon/util/daemonset_util.go). */
import type { DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Affinity, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../api/core/v1.gen.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';

export const REVISION_HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

const toleration = (name: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect });
const ALWAYS: readonly Toleration[] = [
  toleration('not-ready', 'NoExecute'),
  toleration('unreachable', 'NoExecute'),
  toleration('disk-pressure', 'NoSchedule'),
  toleration('memory-pressure', 'NoSchedule'),
  toleration('pid-pressure', 'NoSchedule'),
  toleration('unschedulable', 'NoSchedule'),
];
const HOST_NETWORK = toleration('network-unavailable', 'NoSchedule');

/** Daemons stay where other pods are not wanted. */
export function withDaemonTolerations(spec: PodSpec): PodSpec {
  const tolerations = [...(spec.tolerations ?? [])];
  for (const wanted of spec.hostNetwork ? [...ALWAYS, HOST_NETWORK] : ALWAYS) {
    const at = tolerations.findIndex((t) => sameTarget(t, wanted));
    if (at < 0) tolerations.push(wanted);
    else if (!semanticEqual(tolerations[at], wanted)) tolerations[at] = wanted;
  }
  return { ...spec, tolerations };
}

function sameTarget(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
}

/** The deprecated template generation, if the annotation holds a number. */
export function templateGeneration(ds: DaemonSet): string | undefined {
  const text = ds.metadata.annotations?.[GENERATION_ANNOTATION];
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
}

/** The template of a pod that shall run on a node. */
export function daemonPodTemplate(ds: DaemonSet, hash: string, nodeName: string): PodTemplateSpec {
  const { metadata, spec } = ds.spec.template;
  const generation = templateGeneration(ds);
  const labels = { ...metadata?.labels, ...(generation !== undefined && { [GENERATION_LABEL]: generation }), [REVISION_HASH_LABEL]: hash };
  const tolerant = withDaemonTolerations(spec);
  return { metadata: { ...metadata, labels }, spec: { ...tolerant, affinity: pinnedTo(nodeName, tolerant.affinity) } };
}

/** Replaces the required node affinity: the terms were judged when the node was chosen. */
function pinnedTo(nodeName: string, affinity: Affinity | undefined): Affinity {
  const requirement = { key: 'metadata.name', operator: 'In', values: [nodeName] };
  const required = { nodeSelectorTerms: [{ matchFields: [requirement] }] };
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } };
}

/** The node a daemon pod runs on or is pinned to. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap((t) => t.matchFields ?? []);
  const pin = fields.find((f) => f.key === 'metadata.name' && f.operator === 'In');
  return pin?.values?.length === 1 ? pin.values[0] : undefined;
}

/** Made from the current template. */
export function isUpdated(pod: Pod, ds: DaemonSet, hash: string): boolean {
  const { labels } = pod.metadata;
  const generation = templateGeneration(ds);
  return (hash !== '' && labels?.[REVISION_HASH_LABEL] === hash) || (generation !== undefined && labels?.[GENERATION_LABEL] === generation);
}
