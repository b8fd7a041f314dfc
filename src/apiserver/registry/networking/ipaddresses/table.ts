import type { IPAddress } from '../../../../api/networking/v1.gen.ts';
import { column, NAME, tableOf } from '../../shared/table.ts';

export const ipAddressTable = tableOf<IPAddress>(
  [
    NAME,
    column(
      'ParentRef',
      'string',
      'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
    ),
  ],
  ({ metadata, spec }, age) => {
    const { group, resource, namespace, name } = spec?.parentRef ?? {};
    const parent = spec?.parentRef
      ? `${`${resource}${group ? `.${group}` : ''}`.toLowerCase()}${namespace ? `/${namespace}` : ''}/${name}`
      : '<none>';
    // Upstream gives the age without a column for it.
    return [metadata.name, parent, age];
  },
);
