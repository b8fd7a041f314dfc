import type { UserInfo as ApiUserInfo } from '../../api/authentication/v1.gen.ts';
import type { UserInfo } from '../request.ts';

/** A user as the API shows it (authentication.k8s.io UserInfo); what is empty is left out. */
export function toApiUser({ name, uid, groups, extra }: UserInfo): ApiUserInfo {
  return {
    ...(name !== '' && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(extra &&
      Object.keys(extra).length > 0 && { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
  };
}
