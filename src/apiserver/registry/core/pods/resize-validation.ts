/** What a resize in place may change (ValidatePodResize, KEP-1287, KEP-5419). */
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../../api/core/v1.gen.ts';
import { fieldPath, forbidden, invalid, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { qosClass } from '../../../../machinery/pod/qos-class.ts';
import { MIRROR_ANNOTATION } from '../../shared/pods/pod-spec.ts';
import { semanticEqual } from '../../shared/semantic-equal.ts';
import { checkPod } from './validation.ts';

type Amounts = Readonly<Record<string, string>>;

const specPath = fieldPath('spec');
const ONLY_CPU_AND_MEMORY = 'only cpu and memory resources are mutable';

export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return [forbidden(fieldPath(''), 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbidden(fieldPath(''), 'windows pods cannot be resized')];
  const errors: FieldError[] = [];
  checkPod(pod, errors);
  if ((old.status?.qosClass || qosClass(old)) !== qosClass(pod)) {
    errors.push(invalid(specPath, pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  const running = old.status?.containerStatuses?.find((s) => s.state?.running);
  if (running && !running.resources) errors.push(forbidden(specPath, 'Pod running on node without support for resize'));
  const next: PodSpec = { ...pod.spec };
  if (hasAmounts(old.spec.resources) || hasAmounts(pod.spec.resources)) checkPodLevel(next, old.spec, errors);
  if ((old.status?.nodeAllocatableResourceClaimStatuses?.length ?? 0) > 0) {
    errors.push(forbidden(specPath, 'pods with node allocatable resource claims cannot be resized'));
  }
  if (!checkOrder(pod.spec, old.spec, errors)) return errors;
  checkNothingRemoved(pod.spec, old.spec, errors);
  checkContainers(next, old.spec, errors);
  checkInitContainers(next, old.spec, errors);
  if (errors.length === 0 && !semanticEqual(next, old.spec)) errors.push(forbidden(specPath, ONLY_CPU_AND_MEMORY));
  return errors;
}

const hasAmounts = (resources: ResourceRequirements | undefined) => {
  const { requests = {}, limits = {} } = resources ?? {};
  return Object.keys(requests).length + Object.keys(limits).length > 0;
};

function checkPodLevel(next: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const path = specPath.child('resources');
  if (old.resources && !next.resources) return void errors.push(forbidden(path, 'pod-level resources cannot be removed'));
  if (old.resources) {
    if (removed(next.resources?.requests, old.resources.requests))
      errors.push(forbidden(path.child('requests'), 'pod-level resource requests cannot be removed'));
    if (removed(next.resources?.limits, old.resources.limits))
      errors.push(forbidden(path.child('limits'), 'pod-level resource limits cannot be removed'));
  }
  next.resources = next.resources && withOldCpuAndMemory(next.resources, old.resources);
  if (!old.resources && !hasAmounts(next.resources) && (next.resources?.claims?.length ?? 0) === 0) delete next.resources;
  if (!sameResources(next.resources, old.resources))
    errors.push(forbidden(specPath, 'only cpu and memory resources are mutable at pod-level'));
}

/** False when containers came, went or changed places. */
function checkOrder(spec: PodSpec, old: PodSpec, errors: FieldError[]): boolean {
  const before = errors.length;
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, was] = [spec[list] ?? [], old[list] ?? []];
    if (now.length !== was.length) errors.push(forbidden(specPath.child(list), `${list} may not be added or removed on resize`));
    else {
      was.forEach(({ name }, i) => {
        if (now[i]?.name === name) return;
        errors.push(forbidden(specPath.child(list).index(i).child('name'), `${list} may not be renamed or reordered on resize`));
      });
    }
  }
  return errors.length === before;
}

function checkNothingRemoved(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  for (const list of ['initContainers', 'containers'] as const) {
    old[list]?.forEach(({ resources: was }, i) => {
      const now = spec[list]?.[i]?.resources;
      const path: FieldPath = specPath.child(list).index(i).child('resources');
      if (removed(now?.requests, was?.requests)) errors.push(forbidden(path.child('requests'), 'resource requests cannot be removed'));
      if (removed(now?.limits, was?.limits)) errors.push(forbidden(path.child('limits'), 'resource limits cannot be removed'));
    });
  }
}

function removed(now: Amounts = {}, was: Amounts = {}): boolean {
  return Object.keys(was).some((name) => now[name] === undefined);
}

function checkContainers(next: PodSpec, old: PodSpec, errors: FieldError[]): void {
  next.containers = (next.containers ?? []).map((container, i) => {
    const was = old.containers[i] as Container;
    const munged = withOldAmounts(container, was);
    if (!semanticEqual(munged, was)) errors.push(forbidden(specPath, ONLY_CPU_AND_MEMORY));
    return munged;
  });
}

function checkInitContainers(next: PodSpec, old: PodSpec, errors: FieldError[]): void {
  if (!next.initContainers) return;
  next.initContainers = next.initContainers.map((container, i) => {
    const was = (old.initContainers ?? [])[i] as Container;
    const path = specPath.child('initContainers').index(i);
    const munged = withOldAmounts(container, was);
    if (!semanticEqual(munged, was))
      errors.push(forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable'));
    if (container.restartPolicy !== 'Always' && !semanticEqual(container, was)) {
      for (const { restartPolicy } of container.resizePolicy ?? []) {
        if (restartPolicy !== 'RestartContainer') continue;
        errors.push(forbidden(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
      }
    }
    return munged;
  });
}

function withOldAmounts(container: Container, was: Container): Container {
  const { limits, requests } = withOldCpuAndMemory(container.resources ?? {}, was.resources);
  const resources: ResourceRequirements = {};
  if (limits && Object.keys(limits).length > 0) resources.limits = limits;
  if (requests && Object.keys(requests).length > 0) resources.requests = requests;
  return { ...container, resources };
}

function withOldCpuAndMemory(now: ResourceRequirements, was: ResourceRequirements | undefined): ResourceRequirements {
  return { ...now, requests: mixed(now.requests, was?.requests), limits: mixed(now.limits, was?.limits) };
}

/** `now`, with the cpu and memory of `was`. */
function mixed(now: Amounts | undefined, was: Amounts | undefined): Record<string, string> | undefined {
  if (!now && !was) return undefined;
  const { cpu: _cpu, memory: _memory, ...rest } = now ?? {};
  const out: Record<string, string> = { ...rest };
  for (const name of ['cpu', 'memory']) if (was?.[name] !== undefined) out[name] = was[name];
  return out;
}

function sameResources(a: ResourceRequirements | undefined, b: ResourceRequirements | undefined): boolean {
  return (
    semanticEqual(a?.requests ?? {}, b?.requests ?? {}) &&
    semanticEqual(a?.limits ?? {}, b?.limits ?? {}) &&
    semanticEqual(a?.claims, b?.claims)
  );
}
