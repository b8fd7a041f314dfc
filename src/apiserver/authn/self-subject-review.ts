import type { AnyObject } from '../../api/object.ts';
import { formatTime } from '../../base/clock.ts';
import type { UserInfo } from '../request.ts';
import { toApiUser } from './user-info.ts';

/** SelfSubjectReview: who am I (kubectl auth whoami)? */
export function reviewSelf(object: AnyObject, user: UserInfo, nowMs: number): AnyObject {
  const { apiVersion, kind } = object;
  return {
    apiVersion,
    kind,
    metadata: { creationTimestamp: formatTime(nowMs) } as AnyObject['metadata'],
    status: { userInfo: toApiUser(user) },
  };
}
