/** Defaults of role bindings (pkg/apis/rbac/v1/defaults.go). */
import type { RoleRef, Subject } from '../../../api/rbac/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

const GROUP = 'rbac.authorization.k8s.io';

export const rbacDefaults: DefaultRules = {
  'rbac/v1.RoleRef': rule<RoleRef>((reference) => void (reference.apiGroup ||= GROUP)),
  'rbac/v1.Subject': rule<Subject>((subject) => {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
  }),
};
