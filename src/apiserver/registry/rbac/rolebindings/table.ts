import type { RoleBinding } from '../../../../api/rbac/v1.gen.ts';
import { subjectCells } from '../../shared/subject-cells.ts';
import { AGE, column, NAME, tableOf, wide } from '../../shared/table.ts';

export const roleBindingTable = tableOf<RoleBinding>(
  [
    NAME,
    column(
      'Role',
      'string',
      'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
    ),
    AGE,
    wide('Users', 'Users in the roleBinding'),
    wide('Groups', 'Groups in the roleBinding'),
    wide('ServiceAccounts', 'ServiceAccounts in the roleBinding'),
  ],
  ({ metadata, roleRef, subjects }, age) => [metadata.name, `${roleRef.kind}/${roleRef.name}`, age, ...subjectCells(subjects)],
);
