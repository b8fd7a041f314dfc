import type { ResourcePoolStatusRequest } from '../../../../api/resource/v1alpha3.gen.ts';
import { translateAge } from '../../age.ts';
import { column, NAME, tableOf } from '../../shared/table.ts';

export const resourcePoolStatusRequestTable = tableOf<ResourcePoolStatusRequest>(
  [
    NAME,
    column('Driver', 'string', 'The driver to query pools for.'),
    column('Total', 'string', 'Total number of devices across all pools.'),
    column('Available', 'string', 'Number of available devices across all pools.'),
    column('Allocated', 'string', 'Number of allocated devices across all pools.'),
    column('Unavailable', 'string', 'Number of unavailable devices across all pools.'),
    column('Errors', 'string', 'Number of pools with validation errors.'),
    column('Pools', 'integer', 'Total number of matching pools.'),
    column('Status', 'string', 'Processing status.'),
    column('Completed', 'string', 'Time since the observation completed.'),
  ],
  ({ metadata, spec, status }, _age, nowMs) => {
    const done = (status?.conditions ?? []).find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True');
    const pools = status?.pools ?? [];
    const count = status?.poolCount ?? 0;
    const shown = status && done?.type !== 'Failed';
    const sum = (field: 'totalDevices' | 'availableDevices' | 'allocatedDevices' | 'unavailableDevices') =>
      shown ? String(pools.reduce((total, pool) => total + (pool[field] ?? 0), 0)) : '-';
    const state = done?.type ?? 'Pending';
    return [
      metadata.name,
      spec.driver,
      sum('totalDevices'),
      sum('availableDevices'),
      sum('allocatedDevices'),
      sum('unavailableDevices'),
      shown ? String(pools.filter((p) => p.validationError !== undefined).length) : '-',
      count,
      state === 'Complete' && count > pools.length ? `Complete (${pools.length}/${count} pools)` : state,
      done?.type === 'Complete' ? translateAge(done.lastTransitionTime, nowMs) : '<none>',
    ];
  },
);
