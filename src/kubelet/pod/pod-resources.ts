import type { Pod, ResourceRequirements } from '../../api/core/v1.gen.ts';

type Kind = 'requests' | 'limits';

export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** Whether the pod has resources of its own, beside its containers' (KEP-2837). */
export function hasPodLevelResources(resources: ResourceRequirements | undefined, kind?: Kind): boolean {
  const names = [
    ...(kind === 'limits' ? [] : Object.keys(resources?.requests ?? {})),
    ...(kind === 'requests' ? [] : Object.keys(resources?.limits ?? {})),
  ];
  return names.some(isPodLevelResource);
}

/** The pod as if it had no resources but its containers'. */
export function withoutPodLevelResources(pod: Pod): Pod {
  const { resources: _own, ...spec } = pod.spec;
  return { ...pod, spec };
}
