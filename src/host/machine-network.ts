import { runCommand, type CommandRunner } from './command.ts';

interface Route {
  readonly dst?: string;
  readonly prefsrc?: string;
}

interface LinkAddresses {
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly scope: string }[];
}

export interface MachineNetwork {
  /** The IPv4 address that packets to the world start from; else the first global one; undefined when there is none. */
  readonly address?: string | undefined;
  /** Destinations of the IPv4 routes as CIDR blocks; the default route is left out. */
  readonly routes: readonly string[];
}

/** Looks at the addresses and routes of the network namespace that commands run in (iproute2). */
export async function readMachineNetwork(run: CommandRunner = runCommand): Promise<MachineNetwork> {
  const [toWorld, routes, addresses] = await Promise.all([
    query<Route>(run, ['route', 'get', '192.0.2.1']),
    query<Route>(run, ['route', 'show', 'table', 'main']),
    query<LinkAddresses>(run, ['addr', 'show', 'up', 'scope', 'global']),
  ]);
  const first = addresses.flatMap((link) => link.addr_info ?? [])[0]?.local;
  const destinations = routes.flatMap(({ dst }) => (dst === undefined || dst === 'default' ? [] : [dst.includes('/') ? dst : `${dst}/32`]));
  return { address: toWorld[0]?.prefsrc ?? first, routes: destinations };
}

/** `ip -json -4 ...`; nothing when the kernel answers with an error (no such route). */
async function query<T>(run: CommandRunner, args: readonly string[]): Promise<T[]> {
  const { code, stdout } = await run('ip', ['-json', '-4', ...args]);
  return code === 0 && stdout.trim() !== '' ? (JSON.parse(stdout) as T[]) : [];
}
