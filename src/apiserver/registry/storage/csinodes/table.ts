import type { CSINode } from '../../../../api/storage/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const csiNodeTable = tableOf<CSINode>(
  [NAME, column('Drivers', 'integer', 'Drivers indicates the number of CSI drivers registered on the node'), AGE],
  ({ metadata, spec }, age) => [metadata.name, spec.drivers.length, age],
);
