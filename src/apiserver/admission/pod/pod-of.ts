import type { Container, EphemeralContainer, Pod } from '../../../api/core/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';

export const MIRROR_POD_ANNOTATION = 'kubernetes.io/config.mirror';

/** The object as a Pod. Call only when the request's kind is one. */
export function asPod(object: AnyObject | undefined): Pod {
  return object as unknown as Pod;
}

export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations !== undefined && Object.hasOwn(pod.metadata.annotations, MIRROR_POD_ANNOTATION);
}

export type AnyContainer = Container | EphemeralContainer;

export interface ContainerAt {
  readonly container: AnyContainer;
  readonly kind: 'container' | 'init container' | 'ephemeral container';
  readonly field: 'containers' | 'initContainers' | 'ephemeralContainers';
  readonly index: number;
}

/** Every container of a pod: init containers, containers, ephemeral ones. */
export function allContainers({ spec }: Pod): ContainerAt[] {
  const list = (containers: readonly AnyContainer[] | undefined, kind: ContainerAt['kind'], field: ContainerAt['field']) =>
    (containers ?? []).map((container, index) => ({ container, kind, field, index }));
  return [
    ...list(spec?.initContainers, 'init container', 'initContainers'),
    ...list(spec?.containers, 'container', 'containers'),
    ...list(spec?.ephemeralContainers, 'ephemeral container', 'ephemeralContainers'),
  ];
}
