import type { ConfigMap } from '../../../../api/core/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const configMapTable = tableOf<ConfigMap>(
  [
    NAME,
    column(
      'Data',
      'string',
      "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    ),
    AGE,
  ],
  ({ metadata, data, binaryData }, age) => [metadata.name, Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length, age],
);
