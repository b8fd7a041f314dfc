import type { ClusterRoleBinding, RoleBinding, Subject } from '../../../api/rbac/v1.gen.ts';
import type { UserInfo } from '../../request.ts';

export type Binding = ClusterRoleBinding | RoleBinding;

export interface BoundSubject {
  readonly binding: Binding;
  readonly subject: Subject;
}

/** Bindings of one scope (the cluster, or one namespace), found by user or group. */
export class SubjectIndex {
  readonly #users = new Map<string, Map<string, BoundSubject>>();
  readonly #groups = new Map<string, Map<string, BoundSubject>>();
  readonly #known = new Map<string, Binding>();

  /** Puts a binding in, in place of the one of the same name; or takes it out. */
  set(binding: Binding, deleted: boolean): void {
    const { name } = binding.metadata;
    const previous = this.#known.get(name);
    if (previous) this.#each(previous, (map, key) => removeFrom(map, key, name));
    this.#known.delete(name);
    if (deleted) return;
    this.#known.set(name, binding);
    this.#each(binding, (map, key, subject) => {
      let bound = map.get(key);
      if (!bound) map.set(key, (bound = new Map()));
      // The first subject that matches is the one that is reported.
      if (!bound.has(name)) bound.set(name, { binding, subject });
    });
  }

  /** Calls `visit` for each binding of the user, once; ends early, with false, when it returns false. */
  visit(user: UserInfo, visit: (bound: BoundSubject) => boolean): boolean {
    const seen = new Set<string>();
    const all = (bound: Map<string, BoundSubject> | undefined): boolean => {
      for (const [name, entry] of bound ?? []) {
        if (seen.has(name)) continue;
        seen.add(name);
        if (!visit(entry)) return false;
      }
      return true;
    };
    return all(this.#users.get(user.name)) && user.groups.every((group) => all(this.#groups.get(group)));
  }

  #each(binding: Binding, act: (map: Map<string, Map<string, BoundSubject>>, key: string, subject: Subject) => void): void {
    for (const subject of binding.subjects ?? []) {
      if (subject.kind === 'User') act(this.#users, subject.name, subject);
      else if (subject.kind === 'Group') act(this.#groups, subject.name, subject);
      else if (subject.kind === 'ServiceAccount') {
        // In a RoleBinding the namespace may be left out: it is the binding's.
        const namespace = subject.namespace || binding.metadata.namespace;
        if (namespace) act(this.#users, `system:serviceaccount:${namespace}:${subject.name}`, subject);
      }
    }
  }
}

function removeFrom(map: Map<string, Map<string, BoundSubject>>, key: string, name: string): void {
  const bound = map.get(key);
  bound?.delete(name);
  if (bound?.size === 0) map.delete(key);
}
