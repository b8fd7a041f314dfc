/** The configured authorizers in order; system:masters always comes first. */
import { alwaysAllow, alwaysDeny } from './authz/always.ts';
import type { Authorizer } from './authz/authorizer.ts';
import { NodeAuthorizer } from './authz/node/node-authorizer.ts';
import { NodeGraph } from './authz/node/node-graph.ts';
import { RbacAuthorizer } from './authz/rbac/rbac-authorizer.ts';
import { RuleResolver } from './authz/rbac/rule-resolver.ts';
import { EscalationGuard } from './authz/rbac/escalation.ts';
import { superuserAuthorizer } from './authz/superuser.ts';
import { UnionAuthorizer } from './authz/union.ts';
import type { RegistryReader } from './registry/reader.ts';

export type AuthorizationMode = 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny';

export interface Authorization {
  readonly authorizer: Authorizer;
  readonly guard: EscalationGuard;
  readonly resolver: RuleResolver;
}

/** The registry must serve the RBAC resources already. */
export function buildAuthorization(registry: RegistryReader, modes: readonly AuthorizationMode[]): Authorization {
  const resolver = new RuleResolver(registry);
  const members: Authorizer[] = [superuserAuthorizer];
  for (const mode of modes) {
    if (mode === 'Node') members.push(new NodeAuthorizer(new NodeGraph(registry)));
    else if (mode === 'RBAC') members.push(new RbacAuthorizer(resolver));
    else if (mode === 'AlwaysAllow') members.push(alwaysAllow);
    else if (mode === 'AlwaysDeny') members.push(alwaysDeny);
  }
  const authorizer = new UnionAuthorizer(members);
  return { authorizer, resolver, guard: new EscalationGuard(resolver, authorizer) };
}
