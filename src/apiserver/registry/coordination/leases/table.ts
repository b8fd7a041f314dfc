import type { Lease } from '../../../../api/coordination/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const leaseTable = tableOf<Lease>(
  [
    NAME,
    column(
      'Holder',
      'string',
      'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
    ),
    AGE,
  ],
  ({ metadata, spec }, age) => [metadata.name, spec?.holderIdentity ?? '', age],
);
