import type { Workload } from '../../../../api/scheduling/v1alpha2.gen.ts';
import { AGE, NAME, tableOf } from '../../shared/table.ts';

export const workloadTable = tableOf<Workload>([NAME, AGE], ({ metadata }, age) => [metadata.name, age]);
