/** The kernel's control groups behind one interface: v1 (one hierarchy a controller), v2, and v1 controllers beside an empty v2 tree. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CgroupResources {
  /** cgroup v1 units: 1024 is one CPU. */
  readonly cpuShares?: number | undefined;
  /** Microseconds a period; 0 or -1 for no limit. */
  readonly cpuQuota?: number | undefined;
  readonly cpuPeriod?: number | undefined;
  /** Bytes; 0 or less for no limit. */
  readonly memory?: number | undefined;
  readonly pidsLimit?: number | undefined;
  /** Bytes by page size as Kubernetes writes it (`2Mi`). */
  readonly hugepages?: Readonly<Record<string, number>> | undefined;
}

export interface Cgroups {
  readonly version: 'v1' | 'v2';
  exists(path: string): boolean;
  /** Makes the group with its parents, then sets the limits. */
  create(path: string, resources: CgroupResources): void;
  update(path: string, resources: CgroupResources): void;
  /** What is set; undefined for what is not limited or cannot be read. */
  read(path: string): CgroupResources;
  /** Names of the groups directly below. */
  children(path: string): string[];
  /** Processes in the group and below it. */
  processes(path: string): number[];
  /** Removes the group and those below it. Throws when processes are left. */
  remove(path: string): void;
  /** A controller's file; undefined when there is none. */
  readFile(controller: string, path: string, file: string): string | undefined;
}

/** Opens what is mounted at `root` (/sys/fs/cgroup). Throws when nothing is. */
export function openCgroups(root = '/sys/fs/cgroup', mountTable = '/proc/self/mounts'): Cgroups {
  const hierarchies = new Map<string, string>();
  let unified: string | undefined;
  for (const line of readFileSync(mountTable, 'utf8').split('\n')) {
    const [, point = '', type, options = ''] = line.split(' ');
    if (point !== root && !point.startsWith(`${root}/`)) continue;
    if (type === 'cgroup2') unified = point;
    else if (type === 'cgroup') for (const option of options.split(',')) if (CONTROLLERS.has(option)) hierarchies.set(option, point);
    if (type === 'cgroup' && options.includes('name=systemd')) hierarchies.set('systemd', point);
  }
  if (hierarchies.has('memory') || hierarchies.has('cpu')) return new CgroupsV1(hierarchies);
  if (unified !== undefined) return new CgroupsV2(unified);
  throw new Error(`Cannot manage cgroups: no cgroup file system is mounted under ${root}`);
}

const CONTROLLERS = new Set([
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'pids',
  'blkio',
  'devices',
  'freezer',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
]);

abstract class CgroupTree {
  protected abstract roots(): readonly string[];

  exists(path: string): boolean {
    return this.roots().every((root) => existsSync(join(root, path)));
  }

  children(path: string): string[] {
    const root = this.roots()[0] ?? '';
    try {
      return readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
    } catch (error) {
      return absent(error, []);
    }
  }

  processes(path: string): number[] {
    const found = new Set<number>();
    for (const root of this.roots()) collect(join(root, path), found);
    return [...found];
  }

  remove(path: string): void {
    for (const root of this.roots()) removeGroup(join(root, path));
  }
}

function collect(directory: string, into: Set<number>): void {
  try {
    for (const line of readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n')) if (line) into.add(Number(line));
    for (const entry of readdirSync(directory, { withFileTypes: true }))
      if (entry.isDirectory()) collect(join(directory, entry.name), into);
  } catch (error) {
    absent(error, undefined);
  }
}

function removeGroup(directory: string): void {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(directory, entry.name));
    rmdirSync(directory);
  } catch (error) {
    absent(error, undefined);
  }
}

function absent<T>(error: unknown, value: T): T {
  const { code } = error as NodeJS.ErrnoException;
  // ENODEV: the group went away between open and read.
  if (code === 'ENOENT' || code === 'ENODEV') return value;
  throw error;
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    return absent(error, undefined);
  }
}

function writeIfExists(file: string, value: string | number): void {
  try {
    writeFileSync(file, String(value));
  } catch (error) {
    absent(error, undefined);
  }
}

class CgroupsV1 extends CgroupTree implements Cgroups {
  readonly version = 'v1';
  readonly #hierarchies: ReadonlyMap<string, string>;
  readonly #roots: readonly string[];

  constructor(hierarchies: ReadonlyMap<string, string>) {
    super();
    this.#hierarchies = hierarchies;
    this.#roots = [...new Set(hierarchies.values())];
  }

  protected roots(): readonly string[] {
    return this.#roots;
  }

  create(path: string, resources: CgroupResources): void {
    for (const root of this.#roots) mkdirSync(join(root, path), { recursive: true });
    this.#inheritCpuset(path);
    this.update(path, resources);
  }

  update(path: string, r: CgroupResources): void {
    const write = (controller: string, file: string, value: number | undefined) => {
      const root = this.#hierarchies.get(controller);
      if (root !== undefined && value !== undefined) writeIfExists(join(root, path, file), value);
    };
    write('cpu', 'cpu.shares', r.cpuShares);
    write('cpu', 'cpu.cfs_period_us', r.cpuPeriod);
    write('cpu', 'cpu.cfs_quota_us', r.cpuQuota === 0 ? undefined : r.cpuQuota);
    write('memory', 'memory.limit_in_bytes', r.memory === undefined ? undefined : r.memory <= 0 ? -1 : r.memory);
    write('pids', 'pids.max', r.pidsLimit);
    for (const [size, limit] of Object.entries(r.hugepages ?? {}))
      write('hugetlb', `hugetlb.${size.replace(/i$/, 'B')}.limit_in_bytes`, limit);
  }

  read(path: string): CgroupResources {
    const number = (controller: string, file: string) => {
      const text = this.readFile(controller, path, file);
      return text === undefined ? undefined : Number(text);
    };
    const memory = number('memory', 'memory.limit_in_bytes');
    return {
      cpuShares: number('cpu', 'cpu.shares'),
      cpuQuota: number('cpu', 'cpu.cfs_quota_us'),
      cpuPeriod: number('cpu', 'cpu.cfs_period_us'),
      // The kernel's largest page count stands for no limit.
      memory: memory !== undefined && memory < 2 ** 62 ? memory : undefined,
    };
  }

  readFile(controller: string, path: string, file: string): string | undefined {
    const root = this.#hierarchies.get(controller);
    return root === undefined ? undefined : readIfExists(join(root, path, file));
  }

  /** A new cpuset has no CPUs and takes no process: each level copies its parent's. */
  #inheritCpuset(path: string): void {
    const root = this.#hierarchies.get('cpuset');
    if (root === undefined) return;
    let parent = root;
    for (const part of path.split('/').filter(Boolean)) {
      const group = join(parent, part);
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        if (readIfExists(join(group, file)) === '') writeIfExists(join(group, file), readIfExists(join(parent, file)) ?? '');
      }
      parent = group;
    }
  }
}

class CgroupsV2 extends CgroupTree implements Cgroups {
  readonly version = 'v2';
  readonly #root: string;

  constructor(root: string) {
    super();
    this.#root = root;
  }

  protected roots(): readonly string[] {
    return [this.#root];
  }

  create(path: string, resources: CgroupResources): void {
    let group = this.#root;
    const wanted = (readIfExists(join(group, 'cgroup.controllers')) ?? '')
      .split(' ')
      .filter((c) => ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'].includes(c));
    for (const part of path.split('/').filter(Boolean)) {
      // A controller works in a group only when its parent hands it down.
      for (const controller of wanted) writeIfExists(join(group, 'cgroup.subtree_control'), `+${controller}`);
      group = join(group, part);
      mkdirSync(group, { recursive: true });
    }
    for (const controller of wanted) writeIfExists(join(group, 'cgroup.subtree_control'), `+${controller}`);
    this.update(path, resources);
  }

  update(path: string, r: CgroupResources): void {
    const write = (file: string, value: string | number | undefined) => {
      if (value !== undefined) writeIfExists(join(this.#root, path, file), value);
    };
    if (r.cpuShares !== undefined) write('cpu.weight', r.cpuShares >= 262144 ? 10000 : 1 + Math.trunc(((r.cpuShares - 2) * 9999) / 262142));
    if (r.cpuQuota !== undefined && r.cpuQuota !== 0) write('cpu.max', `${r.cpuQuota < 0 ? 'max' : r.cpuQuota} ${r.cpuPeriod ?? 100_000}`);
    if (r.memory !== undefined) write('memory.max', r.memory <= 0 ? 'max' : r.memory);
    if (r.pidsLimit !== undefined) write('pids.max', r.pidsLimit < 0 ? 'max' : r.pidsLimit);
    for (const [size, limit] of Object.entries(r.hugepages ?? {})) write(`hugetlb.${size.replace(/i$/, 'B')}.max`, limit);
  }

  read(path: string): CgroupResources {
    const weight = this.readFile('cpu', path, 'cpu.weight');
    const [quota, period] = (this.readFile('cpu', path, 'cpu.max') ?? '').split(' ');
    const memory = this.readFile('memory', path, 'memory.max');
    return {
      cpuShares: weight === undefined ? undefined : 2 + Math.trunc(((Number(weight) - 1) * 262142) / 9999),
      cpuQuota: quota ? (quota === 'max' ? -1 : Number(quota)) : undefined,
      cpuPeriod: period ? Number(period) : undefined,
      memory: memory === undefined || memory === 'max' ? undefined : Number(memory),
    };
  }

  readFile(_controller: string, path: string, file: string): string | undefined {
    return readIfExists(join(this.#root, path, file));
  }
}
