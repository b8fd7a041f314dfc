import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { formatPod } from '../pod/names.ts';
import { effectiveSecurityContext } from './effective-security-context.ts';

/** Who an image runs as: a number, or a name that only its own passwd file can tell. */
export interface ImageUser {
  readonly uid?: number | undefined;
  readonly username: string;
}

const MAX_USER_ID = 2147483647;

/** What forbids this container by runAsNonRoot; undefined when nothing does. */
export function runAsNonRootViolation(pod: Pod, container: Container, image: ImageUser): string | undefined {
  const effective = effectiveSecurityContext(pod, container);
  if (!effective.runAsNonRoot) return undefined;
  const where = `(pod: "${formatPod(pod)}", container: ${container.name})`;
  if (effective.runAsUser !== undefined)
    return effective.runAsUser === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  if (image.uid === undefined) {
    if (image.username === '') return undefined;
    return `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`;
  }
  if (image.uid === 0) return `container has runAsNonRoot and image will run as root ${where}`;
  if (image.uid < 0 || image.uid > MAX_USER_ID) {
    return `container has runAsNonRoot and image has an invalid user id (${image.uid}). (Must be 1-(${MAX_USER_ID})): must be between 0 and ${MAX_USER_ID}, inclusive ${where}`;
  }
  return undefined;
}
