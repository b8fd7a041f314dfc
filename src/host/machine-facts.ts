import { readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, release, totalmem } from 'node:os';

export interface MachineFacts {
  /** Go's names: amd64, arm64. */
  readonly architecture: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  readonly swap: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** Bytes by page size in bytes. */
  readonly hugepages: ReadonlyMap<number, number>;
  /** Processes and threads the kernel can hold. */
  readonly maxPids: number;
}

/** What the machine is. Files that are missing leave their field empty. */
export function readMachineFacts(): MachineFacts {
  return {
    architecture: { x64: 'amd64', ia32: '386' }[arch() as string] ?? arch(),
    cpus: availableParallelism(),
    memory: memInfo('MemTotal') ?? totalmem(),
    swap: memInfo('SwapTotal') ?? 0,
    machineId: read('/etc/machine-id') || read('/var/lib/dbus/machine-id'),
    systemUuid: read('/sys/class/dmi/id/product_uuid') || read('/etc/machine-id'),
    bootId: read('/proc/sys/kernel/random/boot_id'),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(read('/etc/os-release'))?.[1] ?? 'Unknown',
    hugepages: readHugepages(),
    maxPids: Math.min(Number(read('/proc/sys/kernel/pid_max')) || 32768, Number(read('/proc/sys/kernel/threads-max')) || Infinity),
  };
}

function memInfo(name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(read('/proc/meminfo'));
  return match ? Number(match[1]) * 1024 : undefined;
}

function readHugepages(): Map<number, number> {
  const root = '/sys/kernel/mm/hugepages';
  const out = new Map<number, number>();
  try {
    for (const name of readdirSync(root)) {
      const size = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1]) * 1024;
      if (size > 0) out.set(size, size * (Number(read(`${root}/${name}/nr_hugepages`)) || 0));
    }
  } catch {
    // A kernel without huge pages has no such directory.
  }
  return out;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // Absent on some machines; the field stays empty.
    return '';
  }
}
