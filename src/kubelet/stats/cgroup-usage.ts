import type { Cgroups } from '../../host/cgroups.ts';

/** What a group of processes has used and uses. Bytes, and nanoseconds of CPU. */
export interface CgroupUsage {
  readonly cpuNanos: number;
  /** Everything charged to the group, caches included. */
  readonly memory: number;
  /** What cannot be taken back easily: usage less inactive file pages. */
  readonly workingSet: number;
  readonly rss: number;
  readonly cache: number;
  readonly swap: number;
  readonly pageFaults: number;
  readonly majorPageFaults: number;
}

/** Undefined when there is no such group. */
export function cgroupUsage(cgroups: Cgroups, path: string): CgroupUsage | undefined {
  return cgroups.version === 'v1' ? usageV1(cgroups, path) : usageV2(cgroups, path);
}

function usageV1(cgroups: Cgroups, path: string): CgroupUsage | undefined {
  const cpu = cgroups.readFile('cpuacct', path, 'cpuacct.usage');
  const memory = cgroups.readFile('memory', path, 'memory.usage_in_bytes');
  if (cpu === undefined && memory === undefined) return undefined;
  const stat = keyed(cgroups.readFile('memory', path, 'memory.stat'));
  return usage(Number(cpu ?? 0), Number(memory ?? 0), stat, {
    inactive: 'total_inactive_file',
    rss: 'total_rss',
    cache: 'total_cache',
    swap: stat.get('total_swap') ?? 0,
    faults: 'total_pgfault',
    majorFaults: 'total_pgmajfault',
  });
}

function usageV2(cgroups: Cgroups, path: string): CgroupUsage | undefined {
  const cpu = cgroups.readFile('cpu', path, 'cpu.stat');
  if (cpu === undefined) return undefined;
  const stat = keyed(cgroups.readFile('memory', path, 'memory.stat'));
  // The root group has no memory.current.
  const memory = cgroups.readFile('memory', path, 'memory.current') ?? (stat.get('anon') ?? 0) + (stat.get('file') ?? 0);
  return usage((keyed(cpu).get('usage_usec') ?? 0) * 1000, Number(memory), stat, {
    inactive: 'inactive_file',
    rss: 'anon',
    cache: 'file',
    swap: Number(cgroups.readFile('memory', path, 'memory.swap.current') ?? 0),
    faults: 'pgfault',
    majorFaults: 'pgmajfault',
  });
}

interface Names {
  readonly inactive: string;
  readonly rss: string;
  readonly cache: string;
  readonly swap: number;
  readonly faults: string;
  readonly majorFaults: string;
}

function usage(cpuNanos: number, memory: number, stat: ReadonlyMap<string, number>, names: Names): CgroupUsage {
  const of = (name: string) => stat.get(name) ?? 0;
  return {
    cpuNanos,
    memory,
    workingSet: Math.max(0, memory - of(names.inactive)),
    rss: of(names.rss),
    cache: of(names.cache),
    swap: names.swap,
    pageFaults: of(names.faults),
    majorPageFaults: of(names.majorFaults),
  };
}

/** Lines of `name value`. */
function keyed(text: string | undefined): Map<string, number> {
  const out = new Map<string, number>();
  for (const line of (text ?? '').split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) out.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return out;
}
