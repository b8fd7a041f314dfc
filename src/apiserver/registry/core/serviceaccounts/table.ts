import type { ServiceAccount } from '../../../../api/core/v1.gen.ts';
import { AGE, NAME, tableOf } from '../../shared/table.ts';

export const serviceAccountTable = tableOf<ServiceAccount>([NAME, AGE], ({ metadata }, age) => [metadata.name, age]);
