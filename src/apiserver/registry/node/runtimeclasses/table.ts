import type { RuntimeClass } from '../../../../api/node/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const runtimeClassTable = tableOf<RuntimeClass>([NAME, column('Handler', 'string', ''), AGE], ({ metadata, handler }, age) => [
  metadata.name,
  handler,
  age,
]);
