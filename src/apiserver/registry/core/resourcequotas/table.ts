import type { ResourceQuota } from '../../../../api/core/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const resourceQuotaTable = tableOf<ResourceQuota>(
  [
    NAME,
    column('Request', 'string', 'Request represents a minimum amount of cpu/memory that a container may consume.'),
    column(
      'Limit',
      'string',
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    ),
    AGE,
  ],
  ({ metadata, status }, age) => {
    const names = Object.keys(status?.hard ?? {}).sort();
    const text = (name: string) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`;
    const isLimit = (name: string) => name.startsWith('limits.');
    const join = (list: readonly string[]) => list.map(text).join(', ');
    return [metadata.name, join(names.filter((n) => !isLimit(n))), join(names.filter(isLimit)), age];
  },
);
