import type { UserInfo } from '../request.ts';

const PREFIX = 'system:node:';

/** Is the user a kubelet, and of which node ('' when the name does not say)? undefined: no kubelet. */
export function nodeOf(user: UserInfo): string | undefined {
  return user.name.startsWith(PREFIX) && user.groups.includes('system:nodes') ? user.name.slice(PREFIX.length) : undefined;
}
