import type { ResourceClaim } from '../../../../api/resource/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const resourceClaimTable = tableOf<ResourceClaim>(
  [NAME, column('State', 'string', 'A summary of the current state (allocated, pending, reserved, etc.).'), AGE],
  ({ metadata, status }, age) => {
    const deleted = metadata.deletionTimestamp !== undefined;
    const states = [
      ...(deleted ? ['deleted'] : []),
      ...(status?.allocation ? ['allocated', ...((status.reservedFor?.length ?? 0) > 0 ? ['reserved'] : [])] : deleted ? [] : ['pending']),
    ];
    return [metadata.name, states.join(','), age];
  },
);
