import type { AuthorizationAttributes, Authorizer } from '../authz/authorizer.ts';
import { forbiddenError } from '../authz/forbidden-message.ts';
import type { Filter, RequestContext } from '../request.ts';

/** Asks whether the user may do this. */
export function authorizeFilter(authorizer: Authorizer): Filter {
  return (next) => async (context) => {
    const attributes = attributesOf(context);
    const { decision, reason } = await authorizer.authorize(attributes);
    context.auditAnnotations.set('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
    context.auditAnnotations.set('authorization.k8s.io/reason', reason);
    if (decision !== 'allow') throw forbiddenError(attributes, reason);
    return next(context);
  };
}

export function attributesOf({ user, info }: RequestContext): AuthorizationAttributes {
  return {
    user,
    verb: info.verb,
    isResourceRequest: info.isResourceRequest,
    namespace: info.namespace,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    name: info.name,
    path: info.path,
    ...(info.fieldSelector !== undefined && { fieldSelector: info.fieldSelector }),
    ...(info.labelSelector !== undefined && { labelSelector: info.labelSelector }),
  };
}
