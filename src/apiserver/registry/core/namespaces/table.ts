import type { Namespace } from '../../../../api/core/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const namespaceTable = tableOf<Namespace>(
  [NAME, column('Status', 'string', 'The status of the namespace'), AGE],
  ({ metadata, status }, age) => [metadata.name, status?.phase ?? '', age],
);
