/** The nftables command. Everything happens in the network namespace of the calling process (or of the runner's prefix). */
import { runCommand, type CommandRunner } from './command.ts';

export type NftFamily = 'ip' | 'ip6' | 'inet';

export class NftError extends Error {
  /** True when the kernel has no such table, chain, set or element: what we believed to be there is gone. */
  readonly notFound: boolean;

  constructor(message: string, notFound: boolean) {
    super(message);
    this.name = 'NftError';
    this.notFound = notFound;
  }
}

/** One element of a set with a timeout. */
export interface NftTimedElement {
  readonly value: string;
  /** Seconds until the kernel forgets it. */
  readonly expires: number;
}

export interface Nft {
  /** Applies a script as one transaction: all of it or nothing. Rejects with NftError. */
  apply(script: readonly string[]): Promise<void>;
  /** Number of rules in a chain; undefined when the chain (or its table) does not exist. */
  countRules(family: NftFamily, table: string, chain: string): Promise<number | undefined>;
  /** Elements with their remaining time, of every set of the table whose name starts with `prefix`; empty when there is no such table. */
  timedElements(family: NftFamily, table: string, prefix: string): Promise<ReadonlyMap<string, readonly NftTimedElement[]>>;
}

/** Nft by way of the `nft` program (1.0.1 or later). */
export function systemNft(run: CommandRunner = runCommand): Nft {
  return {
    async apply(script) {
      if (script.length === 0) return;
      const result = await run('nft', ['-f', '-'], { input: script, timeoutMs: 300_000 });
      if (result.code !== 0) throw nftError(result.stderr);
    },
    async countRules(family, table, chain) {
      const json = await listJson(run, ['chain', family, table, chain]);
      return json?.filter((entry) => 'rule' in entry).length;
    },
    async timedElements(family, table, prefix) {
      const out = new Map<string, NftTimedElement[]>();
      const tables = await listJson(run, ['sets', family]);
      for (const entry of tables ?? []) {
        const set = entry['set'] as { name: string; table: string } | undefined;
        if (set?.table !== table || !set.name.startsWith(prefix)) continue;
        out.set(set.name, await timedElementsOf(run, family, table, set.name));
      }
      return out;
    },
  };
}

type JsonEntry = Record<string, unknown>;

async function listJson(run: CommandRunner, what: readonly string[]): Promise<JsonEntry[] | undefined> {
  const result = await run('nft', ['-j', '-t', 'list', ...what]);
  if (result.code === 0) return (JSON.parse(result.stdout) as { nftables: JsonEntry[] }).nftables;
  const error = nftError(result.stderr);
  if (error.notFound) return undefined;
  throw error;
}

async function timedElementsOf(run: CommandRunner, family: NftFamily, table: string, name: string): Promise<NftTimedElement[]> {
  const result = await run('nft', ['-j', 'list', 'set', family, table, name]);
  if (result.code !== 0) throw nftError(result.stderr);
  const entries = (JSON.parse(result.stdout) as { nftables: { set?: { elem?: { elem: { val: unknown; expires?: number } }[] } }[] })
    .nftables;
  const out: NftTimedElement[] = [];
  for (const { elem } of entries.flatMap((entry) => entry.set?.elem ?? [])) {
    // Printed in whole seconds: 0 is a moment, not never.
    if (typeof elem.val === 'string' && elem.expires !== undefined) out.push({ value: elem.val, expires: Math.max(1, elem.expires) });
  }
  return out;
}

function nftError(stderr: string): NftError {
  const text = stderr.length > 2000 ? `${stderr.slice(0, 2000)}...` : stderr;
  return new NftError(`nft: ${text.trim()}`, stderr.includes('No such file or directory'));
}
