/** What a pod must look like, and what of it may change (ValidatePodCreate, ValidatePodUpdate). */
import type {
  Affinity,
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSchedulingGate,
  PodSpec,
  Toleration,
} from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { inclusiveRangeError } from '../../../../machinery/names.ts';
import { goShown } from '../../shared/go-shown.ts';
import { checkImageSpace } from '../../shared/pods/containers.ts';
import { APP_ARMOR, checkPodAnnotations, checkProfilesAgree } from '../../shared/pods/pod-annotations.ts';
import { checkPodSpec, MIRROR_ANNOTATION } from '../../shared/pods/pod-spec.ts';
import { checkTolerations } from '../../shared/pods/scheduling.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { goDiff } from '../../shared/spec-diff.ts';

const specPath = fieldPath('spec');
const annotationsPath = fieldPath('metadata', 'annotations');
const INT32_MAX = 2 ** 31 - 1;

export function validatePod(pod: Pod): FieldError[] {
  const errors: FieldError[] = [];
  checkPod(pod, errors);
  const { spec } = pod;
  if ((spec.ephemeralContainers?.length ?? 0) > 0) errors.push(forbidden(specPath.child('ephemeralContainers'), 'cannot be set on create'));
  if (spec.nodeName && (spec.schedulingGates?.length ?? 0) > 0) {
    errors.push(forbidden(specPath.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  checkProfilesAgree(pod.metadata, spec, specPath, errors);
  return errors;
}

/** What holds for every pod, new or old. */
export function checkPod({ metadata, spec }: Pod, errors: FieldError[]): void {
  checkPodAnnotations(metadata.annotations, spec, annotationsPath, errors);
  checkPodSpec(spec, metadata, specPath, errors);
  if (!spec.serviceAccountName) {
    spec.volumes?.forEach(({ projected }, v) =>
      projected?.sources?.forEach(({ serviceAccountToken }, s) => {
        const path = specPath.child('volumes').index(v).child('projected', 'sources').index(s).child('serviceAccountToken');
        if (serviceAccountToken) errors.push(forbidden(path, 'must not be specified when serviceAccountName is not set'));
      }),
    );
  }
  spec.containers?.forEach((container, i) => checkImageSpace(container, specPath.child('containers').index(i), errors));
  spec.initContainers?.forEach((container, i) => checkImageSpace(container, specPath.child('initContainers').index(i), errors));
}

export function checkAnnotationUpdate(pod: Pod, old: Pod, errors: FieldError[]): void {
  const [now, was] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  for (const [key, value] of Object.entries(was)) {
    if (now[key] === value) continue;
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(annotationsPath.key(key), 'may not remove or update AppArmor annotations'));
    if (key === MIRROR_ANNOTATION) errors.push(forbidden(annotationsPath.key(key), 'may not remove or update mirror pod annotation'));
  }
  for (const key of Object.keys(now)) {
    if (was[key] !== undefined) continue;
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(annotationsPath.key(key), 'may not add AppArmor annotations'));
    if (key === MIRROR_ANNOTATION) errors.push(forbidden(annotationsPath.key(key), 'may not add mirror pod annotation'));
  }
  checkPodAnnotations(pod.metadata.annotations, pod.spec, annotationsPath, errors);
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  checkPod(pod, errors);
  checkAnnotationUpdate(pod, old, errors);
  for (const list of ['containers', 'initContainers'] as const) {
    if (!checkContainersUpdate(pod.spec[list] ?? [], old.spec[list] ?? [], specPath.child(list), errors)) return errors;
  }
  if (!checkDeadline(pod.spec, old.spec, errors)) return errors;
  checkOnlyAddedTolerations(pod.spec.tolerations ?? [], old.spec.tolerations ?? [], specPath.child('tolerations'), errors);
  checkOnlyDeletedGates(pod.spec.schedulingGates ?? [], old.spec.schedulingGates ?? [], specPath.child('schedulingGates'), errors);
  if (semanticEqual(pod.spec, old.spec)) return errors;
  const munged = withoutUpdatable(pod.spec, old.spec);
  if ((old.spec.schedulingGates?.length ?? 0) > 0) checkGatedChanges(munged, old.spec, errors);
  if (!semanticEqual(munged, old.spec)) {
    const diff = goDiff('core/v1.PodSpec', old.spec, munged);
    errors.push(forbidden(specPath, `pod updates may not change fields other than ${UPDATABLE}\n${diff}`));
  }
  return errors;
}

/** False when there is no use in looking further. */
function checkContainersUpdate(now: readonly Container[], was: readonly Container[], path: FieldPath, errors: FieldError[]): boolean {
  if (now.length !== was.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  now.forEach((container, i) => {
    if (!container.image) errors.push(required(path.index(i).child('image')));
    checkImageSpace(container, path.index(i), errors);
  });
  return true;
}

function checkDeadline({ activeDeadlineSeconds: now }: PodSpec, { activeDeadlineSeconds: was }: PodSpec, errors: FieldError[]): boolean {
  const path = specPath.child('activeDeadlineSeconds');
  if (now === undefined) {
    if (was !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (now < 0 || now > INT32_MAX) errors.push(invalid(path, now, inclusiveRangeError(0, INT32_MAX)));
  else if (was !== undefined && was < now) errors.push(invalid(path, now, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

function checkOnlyAddedTolerations(now: readonly Toleration[], was: readonly Toleration[], path: FieldPath, errors: FieldError[]): void {
  const without = ({ tolerationSeconds: _seconds, ...rest }: Toleration) => rest;
  for (const old of was) {
    if (now.some((toleration) => semanticEqual(without(toleration), without(old)))) continue;
    return void errors.push(forbidden(path, 'existing toleration can not be modified except its tolerationSeconds'));
  }
  checkTolerations(now, path, errors);
}

function checkOnlyDeletedGates(
  now: readonly PodSchedulingGate[],
  was: readonly PodSchedulingGate[],
  path: FieldPath,
  errors: FieldError[],
): void {
  now.forEach(({ name }, i) => {
    if (was.some((gate) => gate.name === name)) return;
    errors.push(forbidden(path.index(i).child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`));
  });
}

/** The new spec with everything that may change as it was. */
function withoutUpdatable(spec: PodSpec, old: PodSpec): PodSpec {
  const withImages = (now: Container[] | undefined, was: readonly Container[] | undefined) =>
    now?.map((container, i) => ({ ...container, image: was?.[i]?.image }));
  const munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, old.containers) ?? [],
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  };
  const grace = old.terminationGracePeriodSeconds;
  if (grace !== undefined && grace < 0 && munged.terminationGracePeriodSeconds === 1) munged.terminationGracePeriodSeconds = grace;
  return munged;
}

/** Pods that wait at a gate may be told more narrowly where to run (KEP-3838). */
function checkGatedChanges(munged: PodSpec, old: PodSpec, errors: FieldError[]): void {
  if (!semanticEqual(munged.nodeSelector, old.nodeSelector)) {
    const now = munged.nodeSelector ?? {};
    if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => now[key] !== value)) {
      const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      errors.push(invalid(specPath.child('nodeSelector'), munged.nodeSelector ?? null, detail));
    }
    munged.nodeSelector = old.nodeSelector;
  }
  const was = old.affinity?.nodeAffinity;
  const now = munged.affinity?.nodeAffinity;
  if (semanticEqual(was, now)) return;
  checkNodeAffinityMutation(now, was, specPath.child('affinity', 'nodeAffinity'), errors);
  if (!munged.affinity) {
    if (was) munged.affinity = { nodeAffinity: was };
  } else if (!old.affinity && !munged.affinity.podAffinity && !munged.affinity.podAntiAffinity) delete munged.affinity;
  else munged.affinity = { ...munged.affinity, nodeAffinity: was } as Affinity;
}

function checkNodeAffinityMutation(
  now: NodeAffinity | undefined,
  was: NodeAffinity | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (!was?.requiredDuringSchedulingIgnoredDuringExecution) return;
  const oldTerms = was.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms ?? [];
  const newTerms = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const here = path.child('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  const show = (term: NodeSelectorTerm) => goShown('core/v1.NodeSelectorTerm', term);
  if (oldTerms.length > 0 && oldTerms.length !== newTerms.length) {
    const shown = newTerms.length === 0 ? null : newTerms.map(show);
    return void errors.push(invalid(here, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
  }
  oldTerms.forEach((term, i) => {
    const next = newTerms[i] ?? {};
    if (!onlyAdds(next, term)) errors.push(invalid(here.index(i), show(next), 'only additions are allowed (no mutations or deletions)'));
  });
}

function onlyAdds(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const [expressions, fields] = [old.matchExpressions ?? [], old.matchFields ?? []];
  const [newExpressions, newFields] = [next.matchExpressions ?? [], next.matchFields ?? []];
  // A term without conditions matches nothing; one with some would match more.
  if (expressions.length + fields.length === 0 && newExpressions.length + newFields.length > 0) return false;
  return (
    semanticEqual(newExpressions.slice(0, expressions.length), expressions) && semanticEqual(newFields.slice(0, fields.length), fields)
  );
}

/** Ephemeral containers may be added, not changed or removed (ValidatePodEphemeralContainersUpdate). */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbidden(fieldPath(''), 'static pods do not support ephemeral containers')];
  }
  checkPod(pod, errors);
  checkAnnotationUpdate(pod, old, errors);
  const path = specPath.child('ephemeralContainers');
  for (const was of old.spec.ephemeralContainers ?? []) {
    const now = pod.spec.ephemeralContainers?.find((c) => c.name === was.name);
    if (!now) errors.push(forbidden(path, `existing ephemeral containers "${was.name}" may not be removed\n`));
    else if (!semanticEqual(was, now)) {
      const diff = goDiff('core/v1.EphemeralContainer', was, now);
      errors.push(forbidden(path, `existing ephemeral containers "${was.name}" may not be changed\n${diff}`));
    }
  }
  return errors;
}
