import type { Container, EphemeralContainer, Pod, PodSpec } from '../../api/core/v1.gen.ts';

export type ContainerKind = 'init' | 'container' | 'ephemeral';

/** Ephemeral containers as containers: they have the same fields but for the target. */
export function asContainer(ephemeral: EphemeralContainer): Container {
  return ephemeral as unknown as Container;
}

/** Init, regular, then ephemeral containers, in the order of the spec. */
export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? []).map(asContainer)];
}

export function initContainers(pod: Pod): readonly Container[] {
  return pod.spec.initContainers ?? [];
}

export function containerSpec(pod: Pod, name: string): Container | undefined {
  return allContainers(pod.spec).find((c) => c.name === name);
}

/** A sidecar: an init container that keeps running (KEP-753). */
export function isRestartableInit(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function hasRestartableInit(pod: Pod): boolean {
  return initContainers(pod).some(isRestartableInit);
}

export function isHostNetwork(pod: Pod): boolean {
  return pod.spec.hostNetwork === true;
}

export function hasPrivilegedContainer(pod: Pod): boolean {
  return allContainers(pod.spec).some((c) => c.securityContext?.privileged === true);
}
