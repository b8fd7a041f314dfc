import { availableParallelism } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';

/** Kernel parameters by path below /proc/sys, for example `net/ipv4/ip_forward`. `net/` ones belong to the network namespace of the process. */
export interface Sysctl {
  /** The value without the newline; undefined when the kernel has no such parameter. */
  get(name: string): string | undefined;
  /** Throws when the parameter does not exist or may not be written. */
  set(name: string, value: string): void;
}

export const systemSysctl: Sysctl = {
  get(name) {
    try {
      return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  set: (name, value) => writeFileSync(`/proc/sys/${name}`, value),
};

/** A Sysctl over a map, for tests. */
export function fakeSysctl(values: Map<string, string>): Sysctl {
  return {
    get: (name) => values.get(name),
    set(name, value) {
      if (!values.has(name)) throw new Error(`ENOENT: no such parameter ${name}`);
      values.set(name, value);
    },
  };
}

/** Processors that this process may use. */
export const coreCount: () => number = availableParallelism;
