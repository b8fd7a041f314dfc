import type { Endpoints } from '../../../../api/core/v1.gen.ts';
import { AGE, column, firstAndMore, NAME, tableOf } from '../../shared/table.ts';

const MAX_ADDRESSES = 3;

export const endpointsTable = tableOf<Endpoints>(
  [
    NAME,
    column(
      'Endpoints',
      'string',
      'The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs they share. A single address with multiple ports, some of which are ready and some of which are not (because they come from different containers) will result in the address being displayed in different subsets for the different ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addresses and ports that comprise a service.',
    ),
    AGE,
  ],
  (endpoints, age) => [endpoints.metadata.name, addresses(endpoints), age],
);

function addresses({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap(({ addresses: ready = [], ports = [] }) =>
    ports.length === 0
      ? ready.map((a) => a.ip)
      : ports.flatMap(({ port }) => ready.map((a) => (a.ip.includes(':') ? `[${a.ip}]:${port}` : `${a.ip}:${port}`))),
  );
  return firstAndMore(all, MAX_ADDRESSES, '');
}
