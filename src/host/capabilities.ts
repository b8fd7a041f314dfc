import { readFileSync } from 'node:fs';

/** Numbers from linux/capability.h. */
const NUMBERS = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_SYS_RESOURCE: 24n } as const;

/** Whether this process has the capability in effect. */
export function hasCapability(name: keyof typeof NUMBERS): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> NUMBERS[name]) & 1n) === 1n;
}
