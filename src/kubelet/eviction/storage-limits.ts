import type { Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { podLimits } from '../../machinery/pod/pod-resources.ts';

/** What a pod keeps on disk, in bytes. */
export interface PodDisk {
  readonly volumes: ReadonlyMap<string, number>;
  readonly containers: ReadonlyMap<string, number>;
  readonly total: number;
}

const RESOURCE = 'ephemeral-storage';

/** Whether the pod has any limit that storageExcess() checks. */
export function hasStorageLimits({ spec }: Pod): boolean {
  return (
    spec.containers.some((c) => c.resources?.limits?.[RESOURCE] !== undefined) ||
    (spec.volumes ?? []).some((volume) => volume.emptyDir?.sizeLimit !== undefined)
  );
}

/** Why the pod has to go for what it stores; undefined when it keeps to its limits. Pure. */
export function storageExcess(pod: Pod, disk: PodDisk): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = Quantity.parse(emptyDir?.sizeLimit ?? '0');
    if (limit.sign() > 0 && (disk.volumes.get(name) ?? 0) > limit.value())
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit.toString()}". `;
  }
  const whole = podLimits(pod).get(RESOURCE);
  if (whole && disk.total > whole.value())
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${whole.toString()}. `;
  for (const { name, resources } of pod.spec.containers) {
    const limit = Quantity.parse(resources?.limits?.[RESOURCE] ?? '0');
    if (!limit.isZero() && (disk.containers.get(name) ?? 0) > limit.value())
      return `Container ${name} exceeded its local ephemeral storage limit "${limit.toString()}". `;
  }
  return undefined;
}
