import type { AnyObject } from '../../../api/object.ts';
import type { ClusterRole, PolicyRule, RoleBinding } from '../../../api/rbac/v1.gen.ts';
import { forbidden, type StatusError } from '../../../machinery/status-error.ts';
import type { UserInfo } from '../../request.ts';
import type { Authorizer } from '../authorizer.ts';
import { SYSTEM_MASTERS } from '../superuser.ts';
import { aggregateMessage } from '../aggregate-message.ts';
import { compact, describeRule, quoteList, uncovered } from './covers.ts';
import { changesOnlyGcFields } from './gc-fields.ts';
import type { RuleResolver } from './rule-resolver.ts';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export interface RbacWrite {
  readonly resource: 'roles' | 'clusterroles' | 'rolebindings' | 'clusterrolebindings';
  readonly user: UserInfo;
  /** Namespace of the request; '' for cluster-scoped resources. */
  readonly namespace: string;
  /** Name in the request's path; '' for a create. */
  readonly requestName: string;
  readonly object: AnyObject;
  /** The stored object, for updates. */
  readonly oldObject?: AnyObject | undefined;
}

/**
 * Nobody may grant what they do not hold (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping):
 * asked by the registry before each create and update of roles and bindings, on every path that writes them.
 */
export class EscalationGuard {
  readonly #resolver: RuleResolver;
  readonly #authorizer: Authorizer;

  constructor(resolver: RuleResolver, authorizer: Authorizer) {
    this.#resolver = resolver;
    this.#authorizer = authorizer;
  }

  /** Rejects with Forbidden; or with NotFound when a binding's role does not exist and the user may not bind it unseen. */
  async check(write: RbacWrite): Promise<void> {
    if (write.user.groups.includes(SYSTEM_MASTERS)) return;
    // The garbage collector must be able to finish what it deletes without holding the rights of what it deletes.
    if (write.oldObject && changesOnlyGcFields(write.object, write.oldObject)) return;
    if (write.resource === 'roles' || write.resource === 'clusterroles') await this.#checkRole(write);
    else await this.#checkBinding(write);
  }

  async #checkRole(write: RbacWrite): Promise<void> {
    if (await this.#may(write.user, 'escalate', write.resource, write.namespace, write.requestName)) return;
    const role = write.object as unknown as ClusterRole;
    const reason = this.#missing(write, role.rules ?? []);
    if (reason !== undefined) throw refuse(write, reason);
    const old = write.oldObject as unknown as ClusterRole | undefined;
    // An aggregation rule gathers anything, now or later: only who holds everything may set or change it.
    if ((aggregates(role) || aggregates(old)) && this.#missing(write, EVERYTHING) !== undefined) {
      throw refuse(write, 'must have cluster-admin privileges to use the aggregationRule');
    }
  }

  async #checkBinding(write: RbacWrite): Promise<void> {
    const { roleRef } = write.object as unknown as RoleBinding;
    const resource = roleRef?.kind === 'ClusterRole' ? 'clusterroles' : roleRef?.kind === 'Role' ? 'roles' : undefined;
    if (resource && (await this.#may(write.user, 'bind', resource, write.namespace, roleRef.name))) return;
    const reason = this.#missing(write, this.#resolver.rulesOf(roleRef, write.namespace));
    if (reason !== undefined) throw refuse(write, reason);
  }

  async #may(user: UserInfo, verb: string, resource: string, namespace: string, name: string): Promise<boolean> {
    const decision = await this.#authorizer.authorize({
      user,
      verb,
      isResourceRequest: true,
      namespace,
      group: GROUP,
      version: '*',
      resource,
      subresource: '',
      name,
      path: '',
    });
    return decision.decision === 'allow';
  }

  /** Why the user may not grant the rules; undefined when all of them are held. */
  #missing({ user, namespace }: RbacWrite, wanted: readonly PolicyRule[]): string | undefined {
    const { rules, errors } = this.#resolver.rulesFor(user, namespace);
    const missing = uncovered(rules, wanted);
    if (missing.length === 0) return undefined;
    const lines = [...new Set(compact(missing).map(describeRule))].sort();
    const who = `user ${JSON.stringify(user.name)} (groups=${quoteList(user.groups)})`;
    const message = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
    return errors.length === 0 ? message : `${message}; resolution errors: [${aggregateMessage(errors.map((e) => e.message))}]`;
  }
}

function refuse(write: RbacWrite, reason: string): StatusError {
  return forbidden({ group: GROUP, resource: write.resource }, write.object.metadata.name ?? '', reason);
}

function aggregates(role: ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;
}
