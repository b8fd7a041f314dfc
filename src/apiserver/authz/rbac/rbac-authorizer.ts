import type { PolicyRule } from '../../../api/rbac/v1.gen.ts';
import type { UserInfo } from '../../request.ts';
import type { AuthorizationAttributes, Authorizer, Decision, ResourceRule, UserRules } from '../authorizer.ts';
import { aggregateMessage } from '../aggregate-message.ts';
import { ruleAllows } from './rule-matching.ts';
import { describeBinding, type RuleResolver } from './rule-resolver.ts';

/** Role-based access control (plugin/pkg/auth/authorizer/rbac): allows what some rule of the user allows; never denies, only has no opinion. */
export class RbacAuthorizer implements Authorizer {
  readonly name = 'RBAC';
  readonly #resolver: RuleResolver;

  constructor(resolver: RuleResolver) {
    this.#resolver = resolver;
  }

  async authorize(attributes: AuthorizationAttributes): Promise<Decision> {
    let allowedBy: string | undefined;
    const errors: string[] = [];
    this.#resolver.visitRules(attributes.user, attributes.namespace, (rule, source, error) => {
      if (error) errors.push(error.message);
      if (!rule || !ruleAllows(attributes, rule)) return true;
      allowedBy = describeBinding(source);
      return false;
    });
    if (allowedBy !== undefined) return { decision: 'allow', reason: `RBAC: allowed by ${allowedBy}` };
    return { decision: 'no-opinion', reason: errors.length > 0 ? `RBAC: ${aggregateMessage(errors)}` : '' };
  }

  rulesFor(user: UserInfo, namespace: string): UserRules {
    const { rules, errors } = this.#resolver.rulesFor(user, namespace);
    return {
      resource: rules.filter((r) => (r.resources?.length ?? 0) > 0).map(resourceRule),
      nonResource: rules
        .filter((r) => (r.nonResourceURLs?.length ?? 0) > 0)
        .map((r) => ({ verbs: r.verbs, nonResourceURLs: r.nonResourceURLs ?? [] })),
      incomplete: false,
      ...(errors.length > 0 && { error: aggregateMessage(errors.map((e) => e.message)) }),
    };
  }
}

function resourceRule(r: PolicyRule): ResourceRule {
  return {
    verbs: r.verbs,
    apiGroups: r.apiGroups ?? [],
    resources: r.resources ?? [],
    ...(r.resourceNames?.length && { resourceNames: r.resourceNames }),
  };
}
