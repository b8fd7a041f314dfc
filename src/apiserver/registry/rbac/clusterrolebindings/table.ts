import type { ClusterRoleBinding } from '../../../../api/rbac/v1.gen.ts';
import { subjectCells } from '../../shared/subject-cells.ts';
import { AGE, column, NAME, tableOf, wide } from '../../shared/table.ts';

export const clusterRoleBindingTable = tableOf<ClusterRoleBinding>(
  [
    NAME,
    column(
      'Role',
      'string',
      'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
    ),
    AGE,
    wide('Users', 'Users in the clusterRoleBinding'),
    wide('Groups', 'Groups in the clusterRoleBinding'),
    wide('ServiceAccounts', 'ServiceAccounts in the clusterRoleBinding'),
  ],
  ({ metadata, roleRef, subjects }, age) => [metadata.name, `${roleRef.kind}/${roleRef.name}`, age, ...subjectCells(subjects)],
);
