/** Requests for tests of this folder. */
import { requestWith } from '../../authn/testing.ts';
import { requestInfo } from '../../request-info.ts';
import type { RequestContext, UserInfo } from '../../request.ts';

export const bob: UserInfo = { name: 'bob', groups: ['system:authenticated'] };

export function contextOf(method: string, url: string, user: UserInfo = bob): RequestContext {
  const [path = '', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  return {
    request: requestWith({ method, path, query }),
    info: requestInfo(method, path, query),
    user,
    warnings: new Set(),
    auditAnnotations: new Map(),
    receivedAtMs: 0,
  };
}
