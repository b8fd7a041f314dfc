import type { Container, Pod } from '../../../../api/core/v1.gen.ts';

/**
 * Takes back every change but those of resources and resize policies (KEP-1287). Added, removed, renamed or reordered containers are left
 * as they are, for validation to refuse.
 */
export function keepOnlyResize(pod: Pod, old: Pod): void {
  const { spec } = pod;
  const [containers, initContainers] = [spec.containers ?? [], spec.initContainers ?? []];
  if (containers.length !== (old.spec.containers ?? []).length || initContainers.length !== (old.spec.initContainers?.length ?? 0)) return;
  const next = { ...old.spec, containers: resized(containers, old.spec.containers ?? []) };
  if (spec.resources === undefined) delete next.resources;
  else next.resources = spec.resources;
  if (initContainers.length > 0) next.initContainers = resized(initContainers, old.spec.initContainers ?? []);
  pod.spec = next;
}

function resized(containers: Container[], old: readonly Container[]): Container[] {
  if (containers.some((c, i) => c.name !== old[i]?.name)) return containers;
  return old.map((was, i) => {
    const { resources, resizePolicy } = containers[i] as Container;
    const { resources: _resources, resizePolicy: _policy, ...rest } = was;
    return { ...rest, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) };
  });
}
