import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../api/authorization/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { toInvalid } from '../../../machinery/field.ts';
import { badRequest } from '../../../machinery/status-error.ts';
import type { UserInfo } from '../../request.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { selectorsOf } from './selectors.ts';
import { validateReview, type ReviewKind } from './validate.ts';

export interface ReviewContext {
  readonly authorizer: Authorizer;
  /** Who sends the review. */
  readonly user: UserInfo;
  /** Namespace of the request; for LocalSubjectAccessReview. */
  readonly namespace: string;
  /** Validating admission, called with the checked object. */
  readonly validate?: ((object: AnyObject) => Promise<void>) | undefined;
}

/**
 * SubjectAccessReview, LocalSubjectAccessReview and SelfSubjectAccessReview: may somebody do something?
 * (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access). Gives the object back with its status.
 * Rejects with Invalid or BadRequest.
 */
export async function reviewAccess(object: AnyObject, context: ReviewContext): Promise<AnyObject> {
  const kind = object.kind as ReviewKind;
  const review = object as unknown as SubjectAccessReview;
  const errors = validateReview(kind, review);
  // Upstream names no kind either.
  if (errors.length > 0) throw toInvalid({ group: 'authorization.k8s.io', kind: '' }, '', errors);
  if (kind === 'LocalSubjectAccessReview') checkNamespace(review, context.namespace);
  await context.validate?.(object);
  const user = kind === 'SelfSubjectAccessReview' ? context.user : subjectOf(review.spec);
  const { attributes, problems } = attributesFor(user, review.spec);
  const { decision, reason } = await context.authorizer.authorize(attributes);
  const status = {
    allowed: decision === 'allow',
    ...(decision === 'deny' && { denied: true }),
    ...(reason !== '' && { reason }),
    ...(problems.length > 0 && { evaluationError: problems.join('; ') }),
  };
  return { ...object, status };
}

function checkNamespace({ metadata }: LocalSubjectAccessReview, namespace: string): void {
  if (namespace === '') throw badRequest('namespace is required on this type: ');
  if (namespace !== (metadata?.namespace ?? '')) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
}

function subjectOf({ user, groups, uid, extra }: SubjectAccessReviewSpec): UserInfo {
  return { name: user ?? '', groups: groups ?? [], ...(uid && { uid }), ...(extra && { extra: extra as Record<string, string[]> }) };
}

function attributesFor(user: UserInfo, spec: SelfSubjectAccessReviewSpec): { attributes: AuthorizationAttributes; problems: string[] } {
  const { resourceAttributes: r, nonResourceAttributes: n } = spec;
  const base = { user, namespace: '', group: '', version: '', resource: '', subresource: '', name: '', path: '' };
  if (!r) return { attributes: { ...base, isResourceRequest: false, verb: n?.verb ?? '', path: n?.path ?? '' }, problems: [] };
  const { fieldSelector, labelSelector, problems } = selectorsOf(r);
  const attributes: AuthorizationAttributes = {
    ...base,
    isResourceRequest: true,
    verb: r.verb ?? '',
    namespace: r.namespace ?? '',
    group: r.group ?? '',
    version: r.version || '*',
    resource: r.resource ?? '',
    subresource: r.subresource ?? '',
    name: r.name ?? '',
    ...(fieldSelector && { fieldSelector }),
    ...(labelSelector && { labelSelector }),
  };
  return { attributes, problems };
}
