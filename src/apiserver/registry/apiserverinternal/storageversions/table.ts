import type { StorageVersion } from '../../../../api/apiserverinternal/v1alpha1.gen.ts';
import { AGE, column, firstAndMore, NAME, tableOf } from '../../shared/table.ts';

const MAX_SHOWN = 3;

export const storageVersionTable = tableOf<StorageVersion>(
  [
    NAME,
    column(
      'CommonEncodingVersion',
      'string',
      "commonEncodingVersion is set to an encoding storage version if all API server instances share that same version. If they don't share one storage version, this field is left empty. API servers should finish updating its storageVersionStatus entry before serving write operations, so that this field will be in sync with the reality.",
    ),
    column('StorageVersions', 'string', 'storageVersions lists the reported versions per API server instance.'),
    AGE,
  ],
  ({ metadata, status }, age) => [
    metadata.name,
    status?.commonEncodingVersion ?? '<unset>',
    firstAndMore(
      (status?.storageVersions ?? []).map((v) => `${v.apiServerID}=${v.encodingVersion}`),
      MAX_SHOWN,
      '<unset>',
    ),
    age,
  ],
);
