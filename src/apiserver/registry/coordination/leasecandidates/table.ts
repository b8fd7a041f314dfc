import type { LeaseCandidate } from '../../../../api/coordination/v1beta1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const leaseCandidateTable = tableOf<LeaseCandidate>(
  [
    NAME,
    column('LeaseName', 'string', 'LeaseName is the name of the lease for which this candidate is contending. This field is immutable.'),
    column('BinaryVersion', 'string', ''),
    column('EmulationVersion', 'string', ''),
    AGE,
  ],
  ({ metadata, spec }, age) => [metadata.name, spec?.leaseName ?? '', spec?.binaryVersion ?? '', spec?.emulationVersion ?? '', age],
);
