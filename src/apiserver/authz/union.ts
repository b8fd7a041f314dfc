import { aggregateMessage } from './aggregate-message.ts';
import type { UserInfo } from '../request.ts';
import type { AuthorizationAttributes, Authorizer, Decision, NonResourceRule, ResourceRule, UserRules } from './authorizer.ts';

/**
 * Asks authorizers in order; the first that allows or denies decides (k8s.io/apiserver/pkg/authorization/union). When none has an opinion,
 * their reasons are joined by line breaks.
 */
export class UnionAuthorizer implements Authorizer {
  readonly name: string;
  readonly #members: readonly Authorizer[];

  constructor(members: readonly Authorizer[]) {
    this.#members = members;
    this.name = members.map((m) => m.name).join(',');
  }

  async authorize(attributes: AuthorizationAttributes): Promise<Decision> {
    const reasons: string[] = [];
    for (const member of this.#members) {
      const decision = await member.authorize(attributes);
      if (decision.decision !== 'no-opinion') return decision;
      if (decision.reason !== '') reasons.push(decision.reason);
    }
    return { decision: 'no-opinion', reason: reasons.join('\n') };
  }

  rulesFor(user: UserInfo, namespace: string): UserRules {
    const resource: ResourceRule[] = [];
    const nonResource: NonResourceRule[] = [];
    const errors: string[] = [];
    let incomplete = false;
    for (const member of this.#members) {
      const rules = member.rulesFor?.(user, namespace);
      if (!rules) continue;
      resource.push(...rules.resource);
      nonResource.push(...rules.nonResource);
      if (rules.error) errors.push(rules.error);
      incomplete ||= rules.incomplete;
    }
    return { resource, nonResource, incomplete, ...(errors.length > 0 && { error: aggregateMessage(errors) }) };
  }
}
