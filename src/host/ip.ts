/** Routes and links by way of the `ip` program, in the network namespace of the calling process (or of the runner's prefix). */
import type { IpFamily } from '../base/ip.ts';
import { runCommand, type CommandRunner } from './command.ts';

export interface IpRoute {
  /** `address/bits`, or `default`. */
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
}

export interface IpLink {
  readonly name: string;
  readonly mtu: number;
  readonly macAddress: string;
  readonly up: boolean;
}

export interface Ip {
  /** Routes of a table (main when left out), optionally only those that carry a protocol number. Empty when the table does not exist. */
  routes(family: IpFamily, filter?: { readonly protocol?: number; readonly table?: number }): Promise<IpRoute[]>;
  /** Whether some routing rule leads to a table. */
  hasRule(family: IpFamily, table: number): Promise<boolean>;
  links(): Promise<IpLink[]>;
  /** Name of the interface that has an address; undefined when none has. */
  interfaceOf(address: string): Promise<string | undefined>;
  /** Runs `ip` commands, one a line, for a family; rejects at the first that fails, naming it. */
  batch(family: IpFamily, commands: readonly string[]): Promise<void>;
}

interface JsonRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
}

interface JsonLink {
  readonly ifname: string;
  readonly mtu: number;
  readonly address?: string;
  readonly flags: readonly string[];
}

export function systemIp(run: CommandRunner = runCommand): Ip {
  const json = async (args: readonly string[]): Promise<unknown[]> => {
    const result = await run('ip', ['-j', ...args]);
    // An empty table does not exist for the kernel.
    if (result.code === 2 && result.stderr.includes('FIB table does not exist')) return [];
    if (result.code !== 0) throw new Error(`ip ${args.join(' ')}: ${result.stderr.trim()}`);
    return result.stdout.trim() === '' ? [] : (JSON.parse(result.stdout) as unknown[]);
  };
  return {
    async routes(family, filter = {}) {
      const args = [`-${family}`, 'route', 'show', 'table', String(filter.table ?? 'main')];
      if (filter.protocol !== undefined) args.push('proto', String(filter.protocol));
      return ((await json(args)) as JsonRoute[]).map((r) => ({ destination: withBits(r.dst, family), gateway: r.gateway, device: r.dev }));
    },
    async hasRule(family, table) {
      const rules = (await json([`-${family}`, 'rule', 'show'])) as { readonly table?: string }[];
      return rules.some((rule) => rule.table === String(table));
    },
    async links() {
      const links = (await json(['link', 'show'])) as JsonLink[];
      return links.map((l) => ({ name: l.ifname, mtu: l.mtu, macAddress: l.address ?? '', up: l.flags.includes('UP') }));
    },
    async interfaceOf(address) {
      const links = (await json(['address', 'show'])) as { readonly ifname?: string; readonly addr_info?: readonly { readonly local?: string }[] }[];
      return links.find((link) => link.addr_info?.some((info) => info.local === address))?.ifname;
    },
    async batch(family, commands) {
      if (commands.length === 0) return;
      const result = await run('ip', [`-${family}`, '-batch', '-'], { input: commands.map((c) => `${c}\n`) });
      if (result.code === 0) return;
      const line = /Command failed -:(\d+)/.exec(result.stderr)?.[1];
      throw new Error(`ip ${line === undefined ? '' : commands[Number(line) - 1]}: ${result.stderr.split('\n')[0] ?? ''}`);
    },
  };
}

/** `ip` prints a route to one host without its length. */
function withBits(destination: string, family: IpFamily): string {
  if (destination === 'default' || destination.includes('/')) return destination;
  return `${destination}/${family === 4 ? 32 : 128}`;
}
