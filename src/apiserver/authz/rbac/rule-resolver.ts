import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../../api/rbac/v1.gen.ts';
import { keyOf } from '../../../api/object.ts';
import { notFound, type StatusError } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { UserInfo } from '../../request.ts';
import { SubjectIndex, type BoundSubject } from './subject-index.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Called with each rule that applies, or with why a binding's role could not be resolved. Returning false ends the visit. */
export type RuleVisitor = (rule: PolicyRule | undefined, source: BoundSubject, error?: StatusError) => boolean;

/**
 * Which rules apply to whom (pkg/registry/rbac/validation DefaultRuleResolver), kept current from the roles and bindings that the server holds.
 * Bindings are indexed by subject, so a lookup touches only what is bound to the user and the user's groups.
 */
export class RuleResolver {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #clusterRoles = new Map<string, readonly PolicyRule[]>();
  readonly #clusterBindings = new SubjectIndex();
  readonly #bindings = new Map<string, SubjectIndex>();
  readonly #stops: (() => void)[] = [];

  constructor(registry: RegistryReader) {
    const follow = <T>(resource: string, set: (object: T, deleted: boolean) => void) =>
      this.#stops.push(registry.reader(GROUP, resource).subscribe((event) => set(event.object as unknown as T, event.type === 'DELETED')));
    follow<ClusterRole>('clusterroles', (role, deleted) => setRules(this.#clusterRoles, role, deleted));
    follow<Role>('roles', (role, deleted) => setRules(this.#roles, role, deleted));
    follow<ClusterRoleBinding>('clusterrolebindings', (binding, deleted) => this.#clusterBindings.set(binding, deleted));
    follow<RoleBinding>('rolebindings', (binding, deleted) => this.#namespaceIndex(binding.metadata.namespace ?? '').set(binding, deleted));
  }

  /** Stops following changes. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** Cluster-wide rules first, then those of the namespace, when one is given. */
  visitRules(user: UserInfo, namespace: string, visit: RuleVisitor): void {
    if (!this.#visitIndex(this.#clusterBindings, user, '', visit) || namespace === '') return;
    const index = this.#bindings.get(namespace);
    if (index) this.#visitIndex(index, user, namespace, visit);
  }

  /** All rules of a user in a namespace, and what went wrong on the way (the rules found still hold: they only ever add). */
  rulesFor(user: UserInfo, namespace: string): { readonly rules: PolicyRule[]; readonly errors: StatusError[] } {
    const rules: PolicyRule[] = [];
    const errors: StatusError[] = [];
    this.visitRules(user, namespace, (rule, _source, error) => {
      if (rule) rules.push(rule);
      if (error) errors.push(error);
      return true;
    });
    return { rules, errors };
  }

  /** Rules of the role that a binding in `namespace` ('' for a ClusterRoleBinding) refers to. Throws NotFound. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] {
    if (roleRef.kind !== 'Role' && roleRef.kind !== 'ClusterRole')
      throw new Error(`unsupported role reference kind: ${JSON.stringify(roleRef.kind)}`);
    const rules = roleRef.kind === 'Role' ? this.#roles.get(`${namespace}/${roleRef.name}`) : this.#clusterRoles.get(roleRef.name);
    if (!rules) throw notFound({ group: GROUP, resource: roleRef.kind.toLowerCase() }, roleRef.name);
    return rules;
  }

  #visitIndex(index: SubjectIndex, user: UserInfo, namespace: string, visit: RuleVisitor): boolean {
    return index.visit(user, (bound) => {
      let rules: readonly PolicyRule[];
      try {
        rules = this.rulesOf(bound.binding.roleRef, namespace);
      } catch (error) {
        return visit(undefined, bound, error as StatusError);
      }
      return rules.every((rule) => visit(rule, bound));
    });
  }

  #namespaceIndex(namespace: string): SubjectIndex {
    let index = this.#bindings.get(namespace);
    if (!index) this.#bindings.set(namespace, (index = new SubjectIndex()));
    return index;
  }
}

function setRules(roles: Map<string, readonly PolicyRule[]>, role: Role | ClusterRole, deleted: boolean): void {
  if (deleted) roles.delete(keyOf(role));
  else roles.set(keyOf(role), role.rules ?? []);
}

/** For the audit annotation: `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`. */
export function describeBinding({ binding, subject }: BoundSubject): string {
  const { name, namespace } = binding.metadata;
  const bound = namespace ? `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}` : `ClusterRoleBinding ${JSON.stringify(name)}`;
  return `${bound} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${describeSubject(subject, namespace ?? '')}`;
}

function describeSubject(subject: Subject, bindingNamespace: string): string {
  const name = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || bindingNamespace}` : subject.name;
  return `${subject.kind} ${JSON.stringify(name)}`;
}
