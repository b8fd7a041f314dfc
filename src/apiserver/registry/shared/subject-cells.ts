import type { Subject } from '../../../api/rbac/v1.gen.ts';

/** Users, groups and service accounts of a role binding, one cell each. */
export function subjectCells(subjects: readonly Subject[] | undefined): [users: string, groups: string, serviceAccounts: string] {
  const of = (kind: string) => (subjects ?? []).filter((s) => s.kind === kind);
  const names = (kind: string) => of(kind).map((s) => s.name).join(', '); // prettier-ignore
  return [names('User'), names('Group'), of('ServiceAccount').map((s) => `${s.namespace ?? ''}/${s.name}`).join(', ')]; // prettier-ignore
}
