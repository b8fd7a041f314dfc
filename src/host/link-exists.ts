import { readFileSync } from 'node:fs';

/** Whether a network interface exists in this process's network namespace. (/sys/class/net may show another one's.) */
export function linkExists(name: string): boolean {
  return readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .some((line) => line.trimStart().startsWith(`${name}:`));
}
