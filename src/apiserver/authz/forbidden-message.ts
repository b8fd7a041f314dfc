import { forbidden, type StatusError } from '../../machinery/status-error.ts';
import type { AuthorizationAttributes } from './authorizer.ts';

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What a refused request is told (k8s.io/apiserver/pkg/endpoints/handlers/responsewriters ForbiddenStatusError), without the `pods is forbidden:` in front. */
export function forbiddenMessage(attributes: AuthorizationAttributes, reason = ''): string {
  const message = describe(attributes).replace(/[&<>]/g, (c) => HTML[c] ?? c);
  return reason === '' ? message : `${message}: ${reason}`;
}

/** The 403 of a request that no authorizer allowed. */
export function forbiddenError(attributes: AuthorizationAttributes, reason = ''): StatusError {
  return forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, forbiddenMessage(attributes, reason));
}

function describe(a: AuthorizationAttributes): string {
  const who = `User ${JSON.stringify(a.user.name)} cannot ${a.verb}`;
  if (!a.isResourceRequest) return `${who} path ${JSON.stringify(a.path)}`;
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const what = `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)}`;
  return a.namespace === '' ? `${what} at the cluster scope` : `${what} in the namespace ${JSON.stringify(a.namespace)}`;
}
