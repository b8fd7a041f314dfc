import type { ResourceClaimTemplate } from '../../../../api/resource/v1.gen.ts';
import { AGE, NAME, tableOf } from '../../shared/table.ts';

export const resourceClaimTemplateTable = tableOf<ResourceClaimTemplate>([NAME, AGE], ({ metadata }, age) => [metadata.name, age]);
