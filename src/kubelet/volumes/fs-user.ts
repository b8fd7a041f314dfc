import type { Pod } from '../../api/core/v1.gen.ts';
import { allContainers } from '../pod/containers.ts';

/** The user that all containers of a pod run as; undefined when they differ or leave it to the image. */
export function podFsUser(pod: Pod): number | undefined {
  const users = new Set(allContainers(pod.spec).map((c) => c.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser));
  return users.size === 1 ? [...users][0] : undefined;
}
