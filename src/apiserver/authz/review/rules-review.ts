import type { AnyObject } from '../../../api/object.ts';
import type { SelfSubjectRulesReviewSpec } from '../../../api/authorization/v1.gen.ts';
import { badRequest } from '../../../machinery/status-error.ts';
import type { ReviewContext } from './access-review.ts';

/** SelfSubjectRulesReview: what may I do in a namespace? For display (kubectl auth can-i --list), not for decisions. */
export async function reviewRules(object: AnyObject, { authorizer, user, validate }: ReviewContext): Promise<AnyObject> {
  const { namespace } = (object['spec'] ?? {}) as SelfSubjectRulesReviewSpec;
  if (!namespace) throw badRequest('no namespace on request');
  await validate?.(object);
  const rules = authorizer.rulesFor?.(user, namespace) ?? {
    resource: [],
    nonResource: [],
    incomplete: true,
    error: 'the authorizer cannot list rules',
  };
  const { apiVersion, kind } = object;
  return {
    apiVersion,
    kind,
    metadata: {} as AnyObject['metadata'],
    spec: {},
    status: {
      resourceRules: rules.resource,
      nonResourceRules: rules.nonResource,
      incomplete: rules.incomplete,
      ...(rules.error && { evaluationError: rules.error }),
    },
  };
}
