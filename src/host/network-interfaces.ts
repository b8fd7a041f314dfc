import { networkInterfaces } from 'node:os';

export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  /** `address/bits`. */
  readonly cidr: string;
}

/** Addresses of every interface that is up, in the network namespace of the process. */
export type ListAddresses = () => InterfaceAddress[];

export const listAddresses: ListAddresses = () =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map((a) => ({
      interface: name,
      address: a.address,
      cidr: a.cidr ?? `${a.address}/${a.family === 'IPv4' ? 32 : 128}`,
    })),
  );
