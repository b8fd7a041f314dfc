import type { StorageVersionMigration } from '../../../../api/storagemigration/v1beta1.gen.ts';
import { column, tableOf } from '../../shared/table.ts';

export const storageVersionMigrationTable = tableOf<StorageVersionMigration>(
  [
    column(
      'Name',
      'string',
      'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
    ),
    column('Resource', 'string', 'GroupResource to migrate'),
    column('Status', 'string', 'Status of the migration'),
  ],
  ({ metadata, spec, status }) => {
    const { group, resource } = spec?.resource ?? {};
    const state = (status?.conditions ?? []).findLast((c) => c.status === 'True' && ['Running', 'Failed', 'Succeeded'].includes(c.type));
    return [metadata.name, group ? `${resource}.${group}` : (resource ?? ''), state?.type ?? 'Unknown'];
  },
);
