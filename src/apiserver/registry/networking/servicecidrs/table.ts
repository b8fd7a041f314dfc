import type { ServiceCIDR } from '../../../../api/networking/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const serviceCIDRTable = tableOf<ServiceCIDR>(
  [
    NAME,
    column(
      'CIDRs',
      'string',
      'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
    ),
    AGE,
  ],
  ({ metadata, spec }, age) => [metadata.name, (spec?.cidrs ?? []).join(','), age],
);
