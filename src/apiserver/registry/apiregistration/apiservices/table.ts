import type { APIService } from '../../../../api/apiregistration/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const apiServiceTable = tableOf<APIService>(
  [
    NAME,
    column('Service', 'string', 'The reference to the service that hosts this API endpoint.'),
    column('Available', 'string', 'Whether this service is available.'),
    AGE,
  ],
  ({ metadata, spec, status }, age) => {
    const available = status?.conditions?.find((c) => c.type === 'Available');
    const state = !available ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
    return [metadata.name, spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local', state, age];
  },
);
