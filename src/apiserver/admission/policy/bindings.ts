/** The variables of one request (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression). */
import { authorizerValue, type AccessQuestion } from '../../../machinery/cel/library/authorizer.ts';
import { errorMessage } from '../../../base/log.ts';
import type { UserInfo } from '../../request.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Invocation } from '../webhook/match-hook.ts';
import { reviewRequest, type VersionedObjects } from '../webhook/review-request.ts';

export type Bindings = Readonly<Record<string, unknown>>;

export function requestBindings(
  authorizer: Authorizer,
  invocation: Invocation,
  objects: VersionedObjects,
  a: AdmissionAttributes,
): Bindings {
  const { request } = reviewRequest('v1', '', invocation, objects, a) as { request: Record<string, unknown> };
  const { object: _object, oldObject: _oldObject, ...shown } = request;
  const decide = (question: AccessQuestion) => answer(authorizer, a.user, question);
  const { group, resource } = a.resource;
  const about: AccessQuestion = { group, resource, subresource: a.subresource, namespace: a.namespace, name: a.name };
  return {
    object: objects.object ?? null,
    oldObject: objects.oldObject ?? null,
    request: JSON.parse(JSON.stringify(shown)) as unknown,
    authorizer: authorizerValue(decide),
    'authorizer.requestResource': authorizerValue(decide, about),
  };
}

async function answer(authorizer: Authorizer, user: UserInfo, q: AccessQuestion) {
  const name = q.serviceAccount;
  const asked =
    name === undefined
      ? user
      : { name, groups: ['system:serviceaccounts', `system:serviceaccounts:${name.split(':')[2] ?? ''}`, 'system:authenticated'] };
  try {
    const { decision, reason } = await authorizer.authorize({
      user: asked,
      verb: q.verb ?? '',
      isResourceRequest: q.path === undefined,
      path: q.path ?? '',
      group: q.group ?? '',
      version: '*',
      resource: q.resource ?? '',
      subresource: q.subresource ?? '',
      namespace: q.namespace ?? '',
      name: q.name ?? '',
      ...(q.fieldSelector !== undefined && { fieldSelector: q.fieldSelector }),
      ...(q.labelSelector !== undefined && { labelSelector: q.labelSelector }),
    });
    return { allowed: decision === 'allow', reason };
  } catch (error) {
    return { allowed: false, reason: '', error: errorMessage(error) };
  }
}
