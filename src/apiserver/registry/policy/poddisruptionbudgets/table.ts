import type { PodDisruptionBudget } from '../../../../api/policy/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const podDisruptionBudgetTable = tableOf<PodDisruptionBudget>(
  [
    NAME,
    column('Min Available', 'string', 'The minimum number of pods that must be available.'),
    column('Max Unavailable', 'string', 'The maximum number of pods that may be unavailable.'),
    column('Allowed Disruptions', 'integer', 'Calculated number of pods that may be disrupted at this time.'),
    AGE,
  ],
  ({ metadata, spec, status }, age) => [
    metadata.name,
    String(spec?.minAvailable ?? 'N/A'),
    String(spec?.maxUnavailable ?? 'N/A'),
    status?.disruptionsAllowed ?? 0,
    age,
  ],
);
