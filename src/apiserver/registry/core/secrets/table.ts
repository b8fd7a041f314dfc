import type { Secret } from '../../../../api/core/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const secretTable = tableOf<Secret>(
  [
    NAME,
    column(
      'Type',
      'string',
      'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    ),
    column(
      'Data',
      'string',
      "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ),
    AGE,
  ],
  ({ metadata, type, data }, age) => [metadata.name, type ?? '', Object.keys(data ?? {}).length, age],
);
